"""Rows that could not be used: listed, exported, mended, replayed."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest

from tests.served import CASTANEA, Served

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINE = "536365,85123A,HEART,{quantity},2010-12-01 08:26:00,2.50,17850,United Kingdom"


@pytest.fixture
def shop(tmp_path: Path) -> Served:
    alone = Served(tmp_path / "alone", 0, "")
    init = [*CASTANEA, "init", str(alone.workspace), "--currency", "GBP", "--zone", "Europe/London"]
    subprocess.run(init, check=True, capture_output=True)
    lines = [LINE.format(quantity=q) for q in ("2", "two", "2", "many", "1")]
    (tmp_path / "sales.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return alone


def mend(path: Path, *quantities: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, quantity in zip(rows, quantities, strict=True):
        row["Quantity"] = quantity
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def units(shop: Served) -> str:
    return str(json.loads(shop.run("query", "--metrics", "units", "--json"))["rows"][0]["units"])


def test_a_mended_line_counts_beside_its_equals_and_once_only(shop: Served, tmp_path: Path) -> None:
    total = json.loads(shop.run("import", str(tmp_path / "sales.csv"), "--json"))["total"]
    assert (total["received"], total["loaded"], total["quarantined"]) == (5, 3, 2)
    out = tmp_path / "mend.csv"
    shop.run("quarantine", "export", str(out))
    mend(out, "2", "still no number")
    replayed = json.loads(shop.run("quarantine", "replay", str(out), "--json"))
    assert (replayed["received"], replayed["landed"], replayed["refused"]) == (2, 1, 1)
    assert float(units(shop)) == 2 + 2 + 2 + 1
    again = tmp_path / "again.csv"
    shop.run("quarantine", "export", str(again))
    mend(again, "4")
    assert json.loads(shop.run("quarantine", "replay", str(again), "--json"))["landed"] == 1
    assert float(units(shop)) == 2 + 2 + 2 + 4 + 1
    before = shop.run("checksum")
    shop.run("rebuild")
    assert shop.run("checksum") == before
    states = {r["state"] for r in json.loads(shop.run("quarantine", "list", "--json"))["rows"]}
    assert states == {"replayed"}
