"""Old binary workbooks (XLS), workbooks whose sheets are of different formats, and what an import tells in both languages."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from decimal import Decimal
from pathlib import Path

from bench.books import Cell, Moment, xls
from tests.formats.made_samples import cells, samples
from tests.imports.made_files import TMALL, Kept, import_into, tmall_rows
from tests.served import CASTANEA

ROWS = tmall_rows(40)
TRUTH = sum((Decimal(row[1]) for row in ROWS), Decimal(0))


def typed(row: list[str]) -> list[Cell]:
    """The row as a spreadsheet holds it."""

    def day(text: str) -> Cell:
        begin = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a cell has no zone
        return Moment((dt.datetime.fromisoformat(text) - begin) / dt.timedelta(days=1)) if text else ""

    return [row[0], float(row[1]), float(row[2]), row[3], day(row[4]), day(row[5]), float(row[6])]


def sheet() -> list[list[Cell]]:
    titles: list[list[Cell]] = [["订单报表"], [""], ["订单", "", "金额"]]
    return [*titles, list(TMALL), *map(typed, ROWS), ["合计", 99999.5]]


def test_an_old_workbook_with_titles_groups_and_a_total_is_read_to_the_cent(tmp_path: Path) -> None:
    path = tmp_path / "o.xls"
    path.write_bytes(xls({"订单": sheet()}))
    kept = Kept()
    outcome = import_into(path, kept)
    assert (outcome.format, outcome.received, outcome.reasons) == ("tmall_summary", 40, {})
    assert kept.total("order_line", "amount") == TRUTH
    assert {f"{row['order_time']:%M:%S}" for row in kept.rows("order")} == {"10:00"}


def test_every_sheet_is_read_by_its_own_format_and_told_in_the_language_asked_for(tmp_path: Path) -> None:
    costs: list[list[Cell]] = [list(row) for row in cells(samples()["own_costs"])]
    costs[2][2] = "十五块多"
    path = tmp_path / "book.xls"
    path.write_bytes(xls({"订单": sheet(), "成本": costs, "随笔": [["记得对账"]]}))
    shop = tmp_path / "shop"
    subprocess.run([*CASTANEA, "init", str(shop)], check=True, capture_output=True)
    asked = [*CASTANEA, "import", str(path), "--workspace", str(shop), "--json", "--language", "zh"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    files = json.loads(done.stdout)["files"]
    assert [(f["file"], f["format"], f["loaded"], f["quarantined"]) for f in files] == [
        ("book.xls", "tmall_summary", 40, 0), ("book.xls [成本]", "own_costs", 2, 1),
    ]  # fmt: skip
    assert "前 8 行将这样读取，时间按 Asia/Shanghai" in done.stderr
    assert "第 3 行：成本价 不是数字：请改成数字" in done.stderr
    assert "quarantine replay" in done.stderr
