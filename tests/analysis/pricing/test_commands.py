"""The commands of prices and budgets on good and bad files, as the contract says."""

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


def _weeks() -> list[str]:
    rng = np.random.default_rng(5)
    tv, web = np.exp(rng.standard_normal((2, 104)) * 0.6) * 100
    sold = 1000 + 3 * tv + 40 * np.sqrt(web) + 30 * rng.standard_normal(104)
    days = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(104)]
    rows = enumerate(zip(days, sold, tv, web, strict=True))
    return ["day,sold,tv,web,feast", *(f"{d},{s:.3f},{a:.3f},{b:.3f},{int(n % 26 == 3)}" for n, (d, s, a, b) in rows)]


def _prices() -> list[str]:
    rng = np.random.default_rng(6)
    lines = ["what,price,units,day,shop,promo,cost"]
    for week in range(40):
        for item in range(2):
            for shop in "ab":
                price = (10, 11, 12, 9, 10.5)[(week // 3 + item) % 5]
                units = 5000 * price ** (-1.5 - item) * np.exp(0.1 * rng.standard_normal())
                lines.append(
                    f"i{item},{price},{units:.2f},{date(2025, 1, 6) + timedelta(weeks=week)},{shop},{int(week % 7 == 3)},6"
                )
    return lines


FILES = {"price": _prices(), "media-mix": _weeks(), "budget": _weeks()}
SERIES = ["--time", "day", "--value", "sold", "--spend", "tv,web", "--controls", "feast"]
CALLS = {
    "price": ["--product", "what", "--price", "price", "--units", "units", "--time", "day", "--store", "shop", "--promotion", "promo", "--cost", "cost"],
    "media-mix": SERIES,
    "budget": [*SERIES, "--total", "250"],
}  # fmt: skip
COLUMNS = {
    "price": [
        "product",
        "elasticity",
        "se",
        "lo",
        "hi",
        "price_now",
        "price_best",
        "profit_change",
        "profit_lo",
        "profit_hi",
        "verdict",
    ],
    "media-mix": [
        "channel",
        "contribution",
        "lo",
        "hi",
        "return_per_unit",
        "return_lo",
        "return_hi",
        "adstock",
        "half_saturation",
    ],
    "budget": ["channel", "spend_now", "spend_best", "lo", "hi"],
}
NUMBER = {"price": "units", "media-mix": "tv", "budget": "web"}


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
    assert text.splitlines()[0].split(",")[: len(COLUMNS[name])] == COLUMNS[name]
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
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("rows", [1, 2, 30])
def test_too_little_ends_with_three_and_writes_nothing(name: str, rows: int, file: Path, tmp_path: Path) -> None:
    lines = put(file, name)
    file.write_text("\n".join(lines[: rows + 1]))
    out = tmp_path / "out.csv"
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 3
    assert not out.exists()


@pytest.mark.parametrize("name", CALLS)
def test_constant_values_and_times_that_repeat_are_no_defect(name: str, file: Path, tmp_path: Path) -> None:
    lines = put(file, name)
    place = lines[0].split(",").index({"price": "price"}.get(name, "sold"))
    still = [",".join("7" if n == place else cell for n, cell in enumerate(line.split(","))) for line in lines[1:]]
    file.write_text("\n".join([lines[0], *still]))
    out = tmp_path / "out.csv"
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 3
    file.write_text("\n".join([*lines, *lines[1:]]))
    assert run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"]) == 0


def test_a_spending_below_zero_is_refused_with_its_row(file: Path) -> None:
    lines = put(file, "budget")
    cells = lines[5].split(",")
    cells[2] = "-3"
    file.write_text("\n".join([*lines[:5], ",".join(cells), *lines[6:]]))
    with pytest.raises(InputError, match=r"row 5.*below zero"):
        run(["budget", str(file), *CALLS["budget"], "--quiet"])


def test_bounds_come_from_a_file(file: Path, tmp_path: Path) -> None:
    put(file, "budget")
    bounds, out = tmp_path / "bounds.csv", tmp_path / "out.csv"
    bounds.write_text("channel,min,max\ntv,120,121\n")
    assert run(["budget", str(file), *CALLS["budget"], "--bounds", str(bounds), "--output", str(out), "--quiet"]) == 0
    assert 120 <= float(out.read_text().splitlines()[1].split(",")[2]) <= 121
