"""`castanea analyze` beyond describing: every command on good and bad files, as the contract says."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError

FILES = {
    "decompose": [
        "when,place,visitors,conversion,order_value",
        *(f"{('A', 'B')[n % 2]},p{n % 3},{100 + 7 * n},{0.01 + n % 5 / 100},{20 + n % 7}" for n in range(30)),
    ],
    "attribute": [
        "way,n,none",
        *(f"{' > '.join('abcde'[n % 5 : n % 5 + 1 + n % 3])},{n % 4},{n % 9}" for n in range(60)),
    ],
    "forecast": ["item,day,sold", *(f"i{n % 3},{20260101 + n // 3},{(7 * n) % 11 + n % 5}.5" for n in range(90))],
    "anomalies": [
        "item,day,sold",
        *(f"i{n % 2},{20260101 + n % 31 + 100 * (n // 31)},{(7 * n) % 11 + n % 5}.5" for n in range(31)),
    ]
    + [f"i0,2026020{n},{n}.5" for n in range(1, 10)]
    + [f"i0,202603{n},{n}.5" for n in range(10, 32)],
    "clv": [
        "who,day,paid",
        *(f"k{n % 520},2026-{1 + n * 7 % 9:02d}-{1 + n * 11 % 28:02d},{n % 9 + 3}" for n in range(900)),
    ],
    "impact": ["day,sold,market", *(f"{n},{100 + 7 * n % 13},{50 + 5 * n % 11}" for n in range(60))],
    "abtest": ["id,arm,paid,before", *(f"u{n},{'ab'[n % 2]},{n % 7}.5,{n % 5}" for n in range(80))],
}
CALLS = {
    "decompose": [
        "--tree", "revenue = visitors * conversion * order_value", "--period", "when", "--before", "A", "--after", "B", "--by", "place",
    ],
    "attribute": ["--path", "way", "--conversions", "n", "--nulls", "none"],
    "forecast": ["--id", "item", "--time", "day", "--value", "sold", "--horizon", "3"],
    "anomalies": ["--id", "item", "--time", "day", "--value", "sold", "--reset-per-id"],
    "clv": [
        "--customer", "who", "--time", "day", "--value", "paid", "--until", "2026-09-30", "--horizon", "8w", "--model", "bg-nbd",
    ],
    "impact": ["--time", "day", "--value", "sold", "--controls", "market", "--from", "48"],
    "abtest": ["--unit", "id", "--variant", "arm", "--control", "a", "--outcome", "paid", "--covariate", "before", "--sequential"],
}  # fmt: skip
COLUMNS = {
    "decompose": ["factor", "group", "effect"],
    "attribute": ["channel", "markov", "markov_lo", "markov_hi", "shapley", "linear", "first_touch", "last_touch"],
    "forecast": ["item", "day", "forecast", "lo_80", "hi_80", "lo_95", "hi_95", "method"],
    "anomalies": ["item", "day", "score", "flag", "expected", "lo", "hi"],
    "clv": ["customer", "purchases", "purchases_lo", "purchases_hi", "p_alive", "spend", "value"],
    "impact": ["time", "actual", "expected", "lo", "hi", "effect"],
    "abtest": ["variant", "n", "mean", "difference", "lo", "hi", "relative", "relative_lo", "relative_hi", "verdict"],
}
NUMBER = {
    "impact": "sold",
    "clv": "paid",
    "anomalies": "sold",
    "forecast": "sold",
    "decompose": "visitors",
    "attribute": "n",
    "abtest": "paid",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def put(file: Path, name: str) -> list[str]:
    file.write_text("\n".join(FILES[name]) + "\n", encoding="utf-8")
    return FILES[name]


def written(file: Path, name: str, out: Path) -> bytes:
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 0
    return out.read_bytes()


@pytest.mark.parametrize("name", CALLS)
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


@pytest.mark.parametrize("name", CALLS)
def test_the_standard_form_and_the_words(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(file, name)
    for language in ("zh", "en"):
        assert run([name, str(file), *CALLS[name], "--json", "--explain", language]) == 0
        told = capsys.readouterr()
        answer = json.loads(told.out)
        assert set(answer) == {"status", "method", "summary", "warnings", "rows", "seconds"}
        assert (answer["status"], answer["method"]) == ("ok", name)
        assert len(told.err.strip()) > 20


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
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("name", CALLS)
def test_one_row_is_refused_or_too_little_or_answered_but_never_a_defect(name: str, file: Path, tmp_path: Path) -> None:
    lines = put(file, name)
    file.write_text("\n".join(lines[:2]))
    out = tmp_path / "out.csv"
    try:
        code = run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"])
    except InputError:
        code = 2
    assert code in (0, 2, 3)
    assert out.exists() == (code == 0)
