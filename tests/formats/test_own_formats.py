"""Mappings of one's own: proposed from a file, kept in the workspace, found by imports, and checked with the line of each fault."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from castanea.contracts.mappings import load_mappings, shipped_mappings
from castanea.kit.errors import InputError
from tests.formats.made_samples import samples, write
from tests.served import CASTANEA

OWN = "单号,下单日期,货品编号,品名,件数,成交价,备注栏\nA-1,2026-11-01,CUP,茶杯,2,40.00,x\nA-2,2026-11-02,POT,茶壶,1,90.50,y\n"


def castanea(*arguments: str, wrong: bool = False) -> str:
    done = subprocess.run([*CASTANEA, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode != 0) == wrong, done.stderr
    return done.stderr if wrong else done.stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    castanea("init", str(tmp_path / "shop"))
    return tmp_path / "shop"


def test_a_proposed_mapping_is_kept_and_the_importer_finds_it(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "our.csv"
    file.write_text(OWN, "utf-8")
    answer = json.loads(
        castanea("formats", "new", str(file), "--name", "our_lines", "--workspace", str(shop), "--json")
    )
    assert {guess["column"]: guess["concept"] for guess in answer["guesses"]}["单号"] == "order_id"
    assert answer["unused"] == ["备注栏"]
    text = Path(answer["path"]).read_text("utf-8")
    assert "% sure" in text
    assert "# not used: 备注栏" in text
    tried = json.loads(
        castanea("formats", "test", str(file), "--format", "our_lines", "--workspace", str(shop), "--json")
    )
    assert (tried["format"], tried["received"], tried["quarantined"]) == ("our_lines", 2, 0)
    assert tried["sums"]["order_line.amount"] == "170.5000"
    again = castanea("formats", "new", str(file), "--name", "our_lines", "--workspace", str(shop), wrong=True)
    assert "--over" in again
    castanea("import", str(file), "--format", "our_lines", "--workspace", str(shop), "--yes")


def test_a_file_is_tried_without_a_workspace_and_nothing_is_imported(tmp_path: Path) -> None:
    path = write(samples()["taobao_orders"], tmp_path, "gb18030")
    tried = json.loads(castanea("formats", "test", str(path), "--json"))
    assert tried["format"] == "taobao_orders"
    assert tried["rows"] == {"order": 3, "order_line": 5}
    assert list(tmp_path.iterdir()) == [path]


def test_the_formats_are_listed_and_one_is_shown() -> None:
    listed = json.loads(castanea("formats", "list", "--json"))
    assert [item["format"] for item in listed] == sorted(m.name for m in shipped_mappings())
    assert "format: jd_orders" in castanea("formats", "show", "jd_orders")
    assert "nearest: jd_orders" in castanea("formats", "show", "jd_order", wrong=True)


@pytest.mark.parametrize(
    ("spoilt", "line", "says"),
    [
        ("  amount: {names: [金额], type: numbr}", 7, "number"),
        ("  amount: {name: [金额], type: number}", 7, "names"),
        ("  amount: {names: [金额], type: number", 8, "YAML"),
    ],
)
def test_a_fault_in_a_mapping_names_its_line(tmp_path: Path, spoilt: str, line: int, says: str) -> None:
    good = ["format: own", "label: {en: Own, zh-CN: 自有}", "kind: orders", "columns:", "  order_id: {names: [单号], type: id}",
            "  day: {names: [日期], type: time}", spoilt, "rows:", "  - table: order", "    set: {order_id: order_id, order_time: day}"]  # fmt: skip
    (tmp_path / "own.yaml").write_text("\n".join(good), "utf-8")
    with pytest.raises(InputError, match=rf"(?s)line {line}\b.*{says}"):
        load_mappings(tmp_path)


@pytest.mark.parametrize(
    ("spoilt", "line", "says"),
    [
        ("    set: {order_id: order_id, order_time: dai}", 10, "dai"),
        ("    set: {order_id: order_id, order_tim: day}", 10, "order_tim"),
        ("    set: {order_id: order_id}", 10, "order_time"),
        ("    set: {order_id: order_id, order_time: shout(day)}", 10, "shout"),
    ],
)
def test_a_fault_in_a_rule_names_its_line(tmp_path: Path, spoilt: str, line: int, says: str) -> None:
    good = ["format: own", "label: {en: Own, zh-CN: 自有}", "kind: orders", "columns:", "  order_id: {names: [单号], type: id}",
            "  day: {names: [日期], type: time}", "  amount: {names: [金额], type: number}", "rows:", "  - table: order", spoilt]  # fmt: skip
    (tmp_path / "own.yaml").write_text("\n".join(good), "utf-8")
    with pytest.raises(InputError, match=rf"(?s)line {line}\b.*{says}"):
        load_mappings(tmp_path)
