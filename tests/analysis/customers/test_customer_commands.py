"""The commands of customers on good and bad files, as the contract says."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from castanea.cli.analyze_command import run
from castanea.kit.errors import InputError


def _visits() -> list[str]:
    rng = np.random.default_rng(5)
    rows = []
    for n in range(400):
        pages, way = int(rng.integers(1, 30)), ("ad", "mail", "direct")[int(rng.integers(3))]
        chance = 1 / (1 + np.exp(3 - pages / 8 - (way == "mail")))
        rows.append(f"v{n:03},{pages},{way},{'yes' if rng.random() < chance else 'no'},2026-{1 + n // 40:02d}-11")
    return ["visit,pages,way,bought,day", *rows]


def _orders() -> list[str]:
    rng = np.random.default_rng(6)
    rows = [(f"k{n:02}", t, f"p{(n + t * 2 + int(rng.integers(2))) % 12}") for n in range(60) for t in range(5)]
    return ["who,turn,what", *(f"{who},{turn},{what}" for who, turn, what in rows)]


def _letters() -> list[str]:
    rng = np.random.default_rng(7)
    rows = []
    for n in range(900):
        arm, old, way = ("mail", "none", "text")[n % 3], int(rng.integers(1, 12)), ("web", "shop")[int(rng.integers(2))]
        chance = 0.2 + (0.3 if arm == "mail" and way == "web" else 0.0)
        rows.append(f"c{n:03},{arm},{old},{way},{int(rng.random() < chance)}")
    return ["who,arm,months,way,bought", *rows]


FILES = {"propensity": _visits(), "recommend": _orders(), "uplift": _letters(), "offers": _letters()}
LETTERS = [
    "--treatment",
    "arm",
    "--treated",
    "mail",
    "--control",
    "none",
    "--outcome",
    "bought",
    "--features",
    "months,way",
]
CALLS = {
    "propensity": ["--outcome", "bought", "--features", "pages,way", "--row", "visit"],
    "recommend": ["--user", "who", "--item", "what", "--order", "turn", "--k", "3"],
    "uplift": [*LETTERS, "--row", "who"],
    "offers": [*LETTERS, "--row", "who", "--profit", "10", "--offer-cost", "1", "--budget", "100"],
}
COLUMNS = {
    "propensity": "row,probability",
    "recommend": "user,rank,item,score",
    "uplift": "row,uplift,lo,hi",
    "offers": "row,expected_profit,lo,give",
}
NUMBER = {"propensity": "pages", "recommend": "turn", "uplift": "bought", "offers": "months"}


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
    assert text.splitlines()[0].startswith(COLUMNS[name])
    assert not {"NaN", "inf", "-inf"} & set(text.replace("\n", ",").split(","))
    shuffled = lines[1:]
    random.Random(3).shuffle(shuffled)
    file.write_bytes(gzip.compress("\r\n".join([lines[0], *shuffled]).encode("gb18030")))
    assert written(tmp_path / "b.csv") == first


@pytest.mark.parametrize("name", CALLS)
def test_the_standard_form_and_the_words(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(file, name)
    assert run([name, str(file), *CALLS[name], "--json", "--explain", "zh"]) == 0
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
def test_one_row_is_refused_or_too_little_but_never_answered(name: str, file: Path, tmp_path: Path) -> None:
    lines = put(file, name)
    file.write_text("\n".join(lines[:2]))
    out = tmp_path / "out.csv"
    try:
        code = run([name, str(file), *CALLS[name], "--output", str(out), "--quiet"])
    except InputError:
        code = 2
    assert code in (2, 3)
    assert not out.exists()
