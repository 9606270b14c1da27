"""The commands of stock and positions on good and bad files, as the contract says."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError


def _demand() -> list[str]:
    rng = np.random.default_rng(5)
    days = [date(2025, 1, 6) + timedelta(weeks=n) for n in range(40)]
    return [
        "what,day,sold",
        *(f"{name},{day},{rng.poisson(mean)}" for name, mean in (("a", 9), ("b", 2)) for day in days),
    ]


def _clicks() -> list[str]:
    rng = np.random.default_rng(6)
    rate = (0.3, 0.2, 0.1)
    return [
        "what,slot,views,hits",
        *(f"g{i},{p},5000,{rng.binomial(5000, rate[i] / p)}" for i in range(3) for p in (1, 2, 3)),
    ]


FILES = {"reorder": _demand(), "slots": _clicks()}
CALLS = {
    "reorder": ["--item", "what", "--time", "day", "--quantity", "sold", "--lead-time", "3"],
    "slots": ["--item", "what", "--position", "slot", "--shown", "views", "--clicked", "hits"],
}
COLUMNS = {
    "reorder": "item,reorder_point,order_up_to,order_quantity,order_now,expected_service,expected_stockouts,cost",
    "slots": "position,item,attraction,lo,hi",
}
NUMBER = {"reorder": "sold", "slots": "hits"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def put(file: Path, name: str) -> list[str]:
    file.write_text("\n".join(FILES[name]) + "\n", encoding="utf-8")
    return FILES[name]


@pytest.mark.parametrize("name", CALLS)
def test_the_table_has_the_contracts_columns_whatever_the_order_and_form_of_the_file(
    name: str, file: Path, tmp_path: Path
) -> None:
    lines = put(file, name)

    def written(out: Path) -> bytes:
        assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 0
        return out.read_bytes()

    first = written(tmp_path / "a.csv")
    text = first.decode()
    assert text.startswith(COLUMNS[name])
    assert not {"NaN", "inf", "-inf"} & set(text.replace("\n", ",").split(","))
    shuffled = lines[1:]
    random.Random(3).shuffle(shuffled)
    other = "\r\n".join([lines[0], *shuffled])
    for content in (other.encode("gb18030"), gzip.compress(other.encode("utf-16"))):
        file.write_bytes(content)
        assert written(tmp_path / "b.csv") == first


@pytest.mark.parametrize("name", CALLS)
def test_the_standard_form_and_the_words(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(file, name)
    for language in ("zh", "en"):
        assert run([name, str(file), *CALLS[name], "--json", "--explain", language]) == 0
        told = capsys.readouterr()
        answer = json.loads(told.out)
        assert set(answer) == {"status", "method", "summary", "warnings", "rows", "seconds"}
        assert (answer["status"], answer["method"]) == ("ok", name)
        assert len(told.err.strip()) > 40


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("harm", ["column", "empty", "header", "folder", "absent", "junk", "NaN", "inf", "twelve"])
def test_a_bad_file_is_refused_in_words_and_nothing_is_written(
    name: str, harm: str, file: Path, tmp_path: Path
) -> None:
    given, lines = str(file), put(file, name)
    if harm == "column":
        file.write_text("\n".join([",".join(f"k{n}" for n, _ in enumerate(lines[0].split(","))), *lines[1:]]))
    elif harm in ("empty", "header"):
        file.write_text("" if harm == "empty" else lines[0] + "\n")
    elif harm == "folder":
        given = str(tmp_path)
    elif harm == "absent":
        given = str(tmp_path / "no.csv")
    elif harm == "junk":
        file.write_bytes(random.Random(1).randbytes(5000))
    else:
        cells = lines[3].split(",")
        cells[lines[0].split(",").index(NUMBER[name])] = harm
        file.write_text("\n".join([*lines[:3], ",".join(cells), *lines[4:]]))
    out = tmp_path / "out.csv"
    with pytest.raises(InputError, match=r"row 3" if harm in ("NaN", "inf", "twelve") else r".{20,}"):
        run([name, given, *CALLS[name], "--output", str(out), "--quiet"])
    assert not out.exists()


@pytest.mark.parametrize("name", CALLS)
def test_too_little_ends_with_three_and_writes_nothing(name: str, file: Path, tmp_path: Path) -> None:
    lines = put(file, name)
    file.write_text(f"{lines[0]}\n" + ("\n".join(lines[1:4]) if name == "reorder" else "g,1,40,2\ng,2,40,1\n"))
    out = tmp_path / "out.csv"
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 3
    assert not out.exists()


def test_an_item_that_never_sells_and_one_that_always_sells_the_same_have_numbers(file: Path, tmp_path: Path) -> None:
    file.write_text("what,day,sold\n" + "".join(f"still,{n},4\nnone,{n},0\n" for n in range(20)))
    out = tmp_path / "out.csv"
    assert run(["reorder", str(file), *CALLS["reorder"], "--output", str(out), "--quiet"]) == 0
    rows = {line.split(",")[0]: line.split(",") for line in out.read_text().splitlines()[1:]}
    assert float(rows["still"][1]) == 12
    assert float(rows["none"][3]) == 0


def test_lead_times_from_dates_stock_and_a_budget_give_orders_that_fit(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(file, "reorder")
    stock, leads = tmp_path / "stock.csv", tmp_path / "leads.csv"
    stock.write_text("what,on_hand,in_transit,committed,price\na,3,0,1,5\nb,500,0,0,2\n")
    leads.write_text(
        "what,ordered,received\n" + "".join(f"a,2025-03-{n:02},2025-03-{n + 14:02}\n" for n in range(1, 11))
    )
    call = [
        "reorder",
        str(file),
        *CALLS["reorder"][:6],
        "--stock",
        str(stock),
        "--lead-times",
        str(leads),
        "--cost",
        "price",
        "--budget",
        "60",
    ]
    out = tmp_path / "out.csv"
    assert run([*call, "--output", str(out), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    rows = {line.split(",")[0]: line.split(",") for line in out.read_text().splitlines()[1:]}
    assert 0 < float(rows["a"][3]) * 5 <= 60
    assert float(rows["b"][3]) == 0
    assert 0 <= summary["objective"] <= summary["bound"] + 1e-9
    assert summary["prices"]["budget"] > 0


@pytest.mark.parametrize(
    "wrong", [["--service", "1.2"], ["--holding", "1"], ["--budget", "5"], ["--pack", "0"], ["--cost", "dear"]]
)
def test_a_wrong_option_of_reorder_is_refused(wrong: list[str], file: Path) -> None:
    put(file, "reorder")
    with pytest.raises(InputError, match=r".{20,}"):
        run(["reorder", str(file), *CALLS["reorder"], *wrong, "--quiet"])


def test_without_a_lead_time_reorder_says_how_to_give_one(file: Path) -> None:
    put(file, "reorder")
    with pytest.raises(InputError, match="--lead-time N"):
        run(["reorder", str(file), *CALLS["reorder"][:6], "--quiet"])


def test_clicks_without_swaps_are_answered_with_a_warning(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("what,slot,views,hits\na,1,1000,90\nb,2,1000,60\nc,3,1000,20\n")
    assert run(["slots", str(file), *CALLS["slots"], "--json"]) == 0
    assert [w["code"] for w in json.loads(capsys.readouterr().out)["warnings"]] == ["no_swaps"]
