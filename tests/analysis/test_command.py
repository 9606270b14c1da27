"""`castanea analyze` on bare files: what is printed and written, and what bad files and calls get."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import polars as pl
import pytest

from castanea.analysis.commands import COMMANDS
from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError

ROWS = ["who,day,paid,group,event,word"]
ROWS += [
    f"c{n % 7},2026-{1 + n % 5:02d}-{1 + n % 28:02d},{n % 11}.5,g{n % 3},{('see', 'cart', 'buy')[n % 3]},w{n % 4}"
    for n in range(120)
]
CALLS = {
    "describe": ["--value", "paid", "--by", "group", "--time", "day"],
    "cohorts": ["--customer", "who", "--time", "day", "--value", "paid"],
    "segments": ["--customer", "who", "--time", "day", "--value", "paid"],
    "funnel": ["--user", "who", "--event", "event", "--time", "day", "--steps", "see,cart,buy", "--within", "30d"],
    "paths": ["--user", "who", "--event", "event", "--time", "day", "--from", "see"],
    "baskets": ["--basket", "who", "--item", "word", "--support", "0.1"],
    "keywords": ["--keyword", "word", "--time", "day", "--searches", "paid"],
    "share": ["--brand", "group", "--time", "day", "--value", "paid", "--own", "g1"],
}
COLUMNS = {
    "describe": ["group", "n", "sum", "mean", "median", "p10", "p90", "std", "share", "cumulative_share", "abc"],
    "cohorts": ["cohort", "age", "customers", "retention", "value", "complete"],
    "segments": ["customer", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"],
    "funnel": ["step", "reached", "share_of_first", "share_of_previous", "median_seconds"],
    "paths": ["path", "count", "share"],
    "baskets": ["antecedent", "consequent", "support", "confidence", "lift", "count"],
    "keywords": ["keyword", "searches", "change", "q_value", "trend", "no_result", "no_sale"],
    "share": ["time", "own", "market", "share", "share_change", "market_effect", "own_effect"],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def written(file: Path, name: str, out: Path) -> bytes:
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 0
    return out.read_bytes()


@pytest.mark.parametrize("name", CALLS)
def test_the_table_has_the_contracts_columns_and_no_number_that_is_none(name: str, file: Path, tmp_path: Path) -> None:
    text = written(file, name, tmp_path / "a.csv").decode()
    assert text.splitlines()[0].split(",")[: len(COLUMNS[name])] == COLUMNS[name]
    assert not {"NaN", "inf", "-inf"} & set(text.replace("\n", ",").split(","))


@pytest.mark.parametrize("name", CALLS)
def test_the_order_of_rows_and_the_form_of_the_file_change_nothing(name: str, file: Path, tmp_path: Path) -> None:
    first = written(file, name, tmp_path / "a.csv")
    shuffled = ROWS[1:]
    random.Random(3).shuffle(shuffled)
    text = "\r\n".join([ROWS[0], *shuffled])
    for number, content in enumerate(
        (text.encode("gb18030"), text.encode("utf-16"), gzip.compress(text.encode()), text.replace(",", ";").encode())
    ):
        other = tmp_path / f"{number}.csv"
        other.write_bytes(content)
        assert written(other, name, tmp_path / "b.csv") == first


@pytest.mark.parametrize("name", CALLS)
def test_parquet_and_standard_form_are_asked_alike(
    name: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pl.read_csv(file, try_parse_dates=True).write_parquet(tmp_path / "rows.parquet")
    assert written(tmp_path / "rows.parquet", name, tmp_path / "b.csv") == written(file, name, tmp_path / "a.csv")
    assert run([name, str(file), *CALLS[name], "--json", "--explain", "zh"]) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert set(answer) == {"status", "method", "summary", "warnings", "rows", "seconds"}
    assert (answer["status"], answer["method"]) == ("ok", name)
    assert told.err.strip().endswith("。") or "）" in told.err


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("harm", ["column", "empty", "header", "folder", "absent", "junk", "one"])
def test_a_bad_file_is_refused_in_words_and_nothing_is_written(
    name: str, harm: str, file: Path, tmp_path: Path
) -> None:
    given = str(file)
    if harm == "column":
        file.write_text("\n".join(ROWS).replace("who,day,paid,group,event,word", "a,b,c,d,e,f"))
    elif harm in ("empty", "header"):
        file.write_text("" if harm == "empty" else ROWS[0] + "\n")
    elif harm == "folder":
        given = str(tmp_path)
    elif harm == "absent":
        given = str(tmp_path / "no.csv")
    elif harm == "junk":
        file.write_bytes(random.Random(1).randbytes(5000))
    else:
        file.write_text("\n".join(ROWS[:2]))
    out = tmp_path / "out.csv"
    call = [name, given, *CALLS[name], "--output", str(out), "--quiet"]
    if harm == "one" and name not in ("funnel", "share"):
        code = run(call)
        assert out.exists() == (code == 0)
    else:
        with pytest.raises(InputError, match=r".{20,}"):
            run(call)
        assert not out.exists()
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("value", ["NaN", "inf", "-Infinity", "twelve", "1,5"])
def test_what_is_no_number_is_named_with_its_row(value: str, file: Path) -> None:
    rows = [*ROWS[:3], f'c1,2026-01-05,"{value}",g1,see,w1', *ROWS[3:]]
    file.write_text("\n".join(rows))
    with pytest.raises(InputError, match=r"column 'paid', row 3"):
        run(["describe", str(file), *CALLS["describe"]])


def test_a_time_unlike_the_others_is_named_with_its_row(file: Path) -> None:
    file.write_text("\n".join([*ROWS[:3], "c1,yesterday,1,g1,see,w1", *ROWS[3:]]))
    with pytest.raises(InputError, match=r"column 'day', row 3"):
        run(["cohorts", str(file), *CALLS["cohorts"]])


@pytest.mark.parametrize(
    "call",
    [
        [], ["describes"], ["describe"], ["describe", "x.csv"], ["describe", "x.csv", "--values", "a"], ["funnel", "x.csv", "--user", "a"],
    ],
)  # fmt: skip
def test_a_wrong_call_ends_with_two(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(call) == 2
    assert "usage:" in capsys.readouterr().err


def test_too_little_is_an_answer_of_its_own(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("\n".join([ROWS[0], *("c1,2026-01-01,2,g1,see,w1" for _ in range(3))]))
    out = tmp_path / "out.csv"
    assert run(["keywords", str(file), *CALLS["keywords"], "--json", "--output", str(out)]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "not_enough_data"
    assert answer["needed"]
    assert not out.exists()


def test_every_command_of_the_table_is_tried_here() -> None:
    assert {c.name for c in COMMANDS if c.group == "describe"} == set(CALLS) == set(COLUMNS)
