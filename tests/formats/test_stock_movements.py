"""A sheet of stock movements: which way goods went is said by the kind's words or by the sign, and never guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.imports.made_files import Kept, csv_text, import_into

HEADER = ["Movement", "SKU", "Warehouse", "Moved at", "Kind", "Quantity"]


def brought(folder: Path, *moves: tuple[str, str]) -> Kept:
    rows = [[str(n), "CUP", "main", f"2026-11-{n:02} 10:00:00", *move] for n, move in enumerate(moves, 1)]
    path = folder / "moves.csv"
    path.write_text(csv_text([HEADER, *rows]), "utf-8")
    kept = Kept()
    assert import_into(path, kept).format == "own_stock_movements"
    return kept


def test_a_kind_that_says_goods_leave_makes_the_quantity_negative_whatever_its_sign(tmp_path: Path) -> None:
    kept = brought(
        tmp_path,
        ("Opening", "50"),
        ("Sale", "3"),
        ("销售出库", "-2"),
        ("Transfer out", "5"),
        ("采购退货", "4"),
        ("盘亏", "1"),
    )
    rows = kept.rows("stock_movement")
    assert [row["quantity"] for row in rows] == [Decimal(n) for n in (50, -3, -2, -5, -4, -1)]
    assert [row["kind"] for row in rows] == ["count", "sale", "sale", "transfer", "return", "count"]


def test_a_kind_that_leaves_the_way_open_keeps_the_sign(tmp_path: Path) -> None:
    kept = brought(tmp_path, ("调拨", "-6"), ("调拨", "6"), ("盘点", "-1"), ("销售退货", "2"))
    assert [row["quantity"] for row in kept.rows("stock_movement")] == [Decimal(n) for n in (-6, 6, -1, 2)]


def test_a_movement_of_an_unknown_kind_waits_in_quarantine(tmp_path: Path) -> None:
    kept = brought(tmp_path, ("Opening", "50"), ("Wizardry", "1"))
    assert len(kept.rows("stock_movement")) == 1
    assert len(kept.rejects()) == 1
