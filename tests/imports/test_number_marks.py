"""Numbers whose point can be a decimal point or one between thousands: told by the file, or refused, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from castanea.kit.errors import InputError
from tests.imports.made_files import Kept, csv_text, import_into
from tests.imports.made_workbook import workbook

HEADER = ["商品编码", "商品名称", "仓库", "盘点日期", "盘点数量", "占用"]


def counted(tmp_path: Path, held: str, *marks: str, **asked: str) -> set[str]:
    path = tmp_path / "stock.csv"
    rows = [[f"CUP-{i}", "茶杯", "主仓", "2026-11-20", mark, held] for i, mark in enumerate(marks)]
    path.write_text(csv_text([HEADER, *rows], ";"), "utf-8")
    kept = Kept()
    import_into(path, kept, **asked)
    return {str(int(row["on_hand"])) for row in kept.rows("stock_level")}


def test_a_point_that_nothing_explains_is_refused_until_the_mark_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--decimal-mark"):
        counted(tmp_path, "3", "12.000", "7.000")
    assert counted(tmp_path, "3", "12.000", "7.000", decimal_mark=",") == {"12000", "7000"}
    assert counted(tmp_path, "3", "12.000", "7.000", decimal_mark=".") == {"12", "7"}


def test_another_column_or_two_marks_in_one_number_tell(tmp_path: Path) -> None:
    assert counted(tmp_path, "0,5", "12.000") == {"12000"}
    assert counted(tmp_path, "0.5", "12.000") == {"12"}
    assert counted(tmp_path, "3", "12.000", "1.212.000") == {"12000", "1212000"}


def test_the_numbers_of_a_workbook_are_never_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "stock.xlsx"
    path.write_bytes(workbook({"盘点": [HEADER, ["CUP", "茶杯", "主仓", "2026-11-20", 12.125, 3]]}))
    kept = Kept()
    import_into(path, kept)
    assert str(kept.rows("stock_level")[0]["on_hand"]) == "12.1250"
