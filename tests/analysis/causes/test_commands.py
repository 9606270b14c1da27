"""`castanea analyze evidence, geo, plan-campaign`: good and bad files, as the contract says."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError

FILES = {
    "evidence": [
        "time,kind,product,value",
        *(f"2026-03-{d:02d},stock,p{p},{0 if p == 1 and d > 24 else 90 + d % 7}" for d in range(1, 32) for p in range(3)),
        *(f"2026-03-{d:02d},ad_spend,,{500 + 7 * d % 11}" for d in range(1, 32)),
    ],
    "geo": [
        "town,week,sold",
        *(f"t{t},{w},{100 + 10 * t + 7 * w % 13 + 3 * t * w % 5 + (40 if t == 2 and w > 20 else 0)}" for w in range(1, 26) for t in range(9)),
    ],
    "plan-campaign": [
        "campaign,start,end,kind,discount,spend,scope,units,paid_amount,cost",
        *(
            f"c{n},2025-{1 + n % 12:02d}-{1 + n % 9:02d},2025-{1 + n % 12:02d}-{4 + n % 9:02d},{('sale', 'gift')[n % 2]},0.{1 + n % 3},{100 + 10 * n},tea,"
            f"{60 + 5 * (n % 7) + 20 * (n % 3)},{(60 + 5 * (n % 7) + 20 * (n % 3)) * 9},3"
            for n in range(24)
        ),
    ],
}  # fmt: skip
BESIDE = {
    "evidence": {"--deviation": ["from,until,where,deviation", "2026-03-25,2026-03-30,product=p1,-12"]},
    "plan-campaign": {
        "--plan": ["campaign,start,end,kind,discount,spend,scope", "next,2026-03-01,2026-03-05,sale,0.2,200,tea"]
    },
}
CALLS: dict[str, list[str]] = {
    "evidence": [],
    "geo": ["--unit", "town", "--time", "week", "--value", "sold", "--treated", "t2", "--from", "21"],
    "plan-campaign": [],
}
COLUMNS = {
    "evidence": ["cause_class", "probability", "grade", "evidence"],
    "geo": ["time", "actual", "expected", "lo", "hi"],
    "plan-campaign": [
        "plan", "units", "units_lo", "units_hi", "paid_amount", "lo", "hi", "profit", "profit_lo", "profit_hi", "stock_needed", "like",
    ],
}  # fmt: skip
NUMBER = {"evidence": "value", "geo": "sold", "plan-campaign": "units"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def put(file: Path, name: str) -> list[str]:
    file.write_text("\n".join(FILES[name]) + "\n", encoding="utf-8")
    return FILES[name]


def call(name: str, folder: Path) -> list[str]:
    found = list(CALLS[name])
    for option, lines in BESIDE.get(name, {}).items():
        beside = folder / f"beside{option}.csv"
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        found += [option, str(beside)]
    return found


def written(file: Path, name: str, out: Path) -> bytes:
    assert run([name, str(file), *call(name, file.parent), "--output", str(out), "--quiet"]) == 0
    return out.read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_the_table_has_the_contracts_columns_whatever_the_order_and_form_of_the_file(
    name: str, file: Path, tmp_path: Path
) -> None:
    lines = put(file, name)
    first = written(file, name, tmp_path / "a.csv")
    text = first.decode()
    assert text.splitlines()[0].split(",")[: len(COLUMNS[name])] == COLUMNS[name]
    assert not {"NaN", "inf", "-inf"} & set(text.replace("\n", ",").split(","))
    shuffled = lines[1:]
    random.Random(3).shuffle(shuffled)
    other = "\r\n".join([lines[0], *shuffled])
    for content in (other.encode("gb18030"), gzip.compress(other.encode("utf-16"))):
        file.write_bytes(content)
        assert written(file, name, tmp_path / "b.csv") == first


@pytest.mark.parametrize("name", FILES)
def test_the_standard_form_and_the_words(
    name: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(file, name)
    for language in ("zh", "en"):
        assert run([name, str(file), *call(name, tmp_path), "--json", "--explain", language]) == 0
        told = capsys.readouterr()
        answer = json.loads(told.out)
        assert set(answer) == {"status", "method", "summary", "warnings", "rows", "seconds"}
        assert (answer["status"], answer["method"]) == ("ok", name)
        assert len(told.err.strip()) > 20


@pytest.mark.parametrize("name", FILES)
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
        run([name, given, *call(name, tmp_path), "--output", str(out), "--quiet"])
    assert not out.exists()
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [2, 3])
def test_one_row_is_refused_or_too_little_or_answered_but_never_a_defect(
    name: str, kept: int, file: Path, tmp_path: Path
) -> None:
    lines = put(file, name)
    file.write_text("\n".join(lines[:kept]))
    out = tmp_path / "out.csv"
    try:
        code = run([name, str(file), *call(name, tmp_path), "--output", str(out), "--quiet"])
    except InputError:
        code = 2
    assert code in (0, 2, 3)
    assert out.exists() == (code == 0)


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (["until,where", "2026-03-30,product=p1"], "from"), (["from,until", "2026-03-30,2026-03-25"], "swap"), (["from,until", "soon,2026-03-25"], "soon"),
        (["from,until", "2027-03-30,2027-03-31"], "series hold"), (["from,where", "2026-03-25,p1"], "scope"), (["from", "3"], "3"), (["from", ""], "from"),
    ],
)  # fmt: skip
def test_a_bad_deviation_is_refused_in_words(beside: list[str], said: str, file: Path, tmp_path: Path) -> None:
    put(file, "evidence")
    deviation = tmp_path / "deviation.csv"
    deviation.write_text("\n".join(beside) + "\n")
    with pytest.raises(InputError, match=said):
        run(["evidence", str(file), "--deviation", str(deviation), "--quiet"])


@pytest.mark.parametrize("text", ["{", "[1, 2]", "[]", '"word"', '{"where": {"a": "b"}}'])
def test_a_bad_deviation_in_json_is_refused_in_words(text: str, file: Path, tmp_path: Path) -> None:
    put(file, "evidence")
    deviation = tmp_path / "deviation.json"
    deviation.write_text(text)
    with pytest.raises(InputError, match=r".{20,}"):
        run(["evidence", str(file), "--deviation", str(deviation), "--quiet"])
