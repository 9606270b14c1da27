"""XLSX, XLSM, XLS, ODS: through calamine, every cell as the text a person would type for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from castanea.sources.files.dialect import Counted, Found, Wish
from castanea.sources.files.errors import FileError
from castanea.sources.files.rows import Chunk, Row, Tally, chunks_of, pointed, sample_rows
from castanea.sources.files.sniffing import clean_header, find_header, merged_header

_SAMPLE = 2_000
_EXACT = 1e15  # Excel keeps 15 digits: longer whole numbers have lost some


def cell_text(value: Any) -> str | None:
    """The text of a cell: whole numbers without a point, times in ISO form, empty = None.

    Numbers of more than 15 digits keep the form 1.23E+17: their last digits are lost, and whoever reads an order number must know.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value == int(value) and abs(value) < _EXACT if abs(value) < 1e300 else False:
            return str(int(value))
        return f"{value:.14E}" if abs(value) >= _EXACT else pointed(repr(value))
    if isinstance(value, int):
        return str(value) if abs(value) < _EXACT else f"{value:.14E}"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value)


def inspect_workbook(path: Path, wish: Wish, known: Collection[str], beat: Callable[[int], None]) -> Found:
    """Find the sheet with data and its header row. Sheets with other columns are named in `sheets_left`."""
    book = _open(path)
    beat(1)
    candidates: list[tuple[float, str, list[list[str | None]], int, tuple[str, ...]]] = []
    names = [wish.sheet] if wish.sheet else list(book.sheet_names)
    if wish.sheet and wish.sheet not in book.sheet_names:
        raise FileError(f"the workbook has no sheet '{wish.sheet}'; it has {', '.join(book.sheet_names)}")
    for name in names:
        rows = [_texts(row) for row in islice(_rows(book, name), 60)]
        beat(1)
        found = find_header([[cell or "" for cell in row] for row in rows], known, wish.header_row)
        if found is not None:
            index, cells = found[1], [cell or "" for cell in rows[found[1]]]
            if not wish.header_row:
                index, cells = merged_header([[cell or "" for cell in row] for row in rows], index, known)
            candidates.append((found[0], name, rows, index, clean_header(cells)))
    if not candidates:
        raise FileError(
            f"no sheet has a header row with column names (sheets: {', '.join(book.sheet_names)})",
            code="file.no_header",
        )
    _, name, rows, index, header = max(candidates, key=lambda item: (item[0], len(item[2])))
    plain = (
        clean_header([cell or "" for cell in rows[index]]) == header
    )  # merged headers are found again by their row only
    same = [item[1] for item in candidates if item[4] == header and (plain or item[3] == index)]
    left = tuple(sheet for sheet in book.sheet_names if sheet not in same)
    return Found(
        "workbook", header, _sample(book, name, index + 1, len(header)), header_row=index + 1, sheet="\n".join(same), sheets_left=left,
        titles=tuple(" ".join(cell for cell in row if cell) for row in rows[:index]),
    )  # fmt: skip


def read_workbook(path: Path, found: Found, beat: Callable[[int], None]) -> Iterator[Chunk | Counted]:
    """Chunks of all sheets with the same columns, one sheet after the other, then the count."""
    book = _open(path)
    tally, records, above, independent = Tally(), 0, 0, 0
    for name in found.sheet.split("\n"):
        sheet = book.get_sheet_by_name(name)
        independent += _height(sheet)
        rows = _rows(book, name)
        skip = _header_index(book, name, found)
        above += len(list(islice(rows, skip)))
        counter = {"records": 0}
        yield from chunks_of(_slabs(rows, beat, counter), len(found.header), skip + 1, tally)
        records += counter["records"]
    yield Counted(
        records + above,
        independent,
        above,
        tally.blank,
        tally.totals,
        tally.received,
        tuple(tuple(r) for r in tally.total_rows),
    )


def _open(path: Path) -> Any:
    import python_calamine

    try:
        return python_calamine.load_workbook(str(path))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileError(
            f"the workbook cannot be opened ({error}); open it in its program, save it again, or save it as CSV"
        ) from error


def _rows(book: Any, name: str) -> Iterator[Sequence[Any]]:
    """All rows of a sheet from the first: calamine leaves out empty rows at the top, which still count as rows."""
    import python_calamine

    try:
        sheet = book.get_sheet_by_name(name)
        start = sheet.start
        if start is None:
            return
        yield from sheet.iter_rows()
    except (python_calamine.CalamineError, ValueError) as error:
        raise FileError(f"sheet '{name}' cannot be read ({error}); save it as CSV and import that") from error


def _height(sheet: Any) -> int:
    """Rows from the sheet's first to its last filled one, by the sheet's own dimension."""
    return 0 if sheet.end is None else int(sheet.end[0]) + 1


def _texts(row: Sequence[Any]) -> list[str | None]:
    return [cell_text(value) for value in row]


def _header_index(book: Any, name: str, found: Found) -> int:
    for index, row in enumerate(islice(_rows(book, name), 60), start=1):
        if clean_header([cell or "" for cell in _texts(row)]) == found.header:
            return index
    return found.header_row


def _slabs(rows: Iterator[Sequence[Any]], beat: Callable[[int], None], counter: dict[str, int]) -> Iterator[list[Row]]:
    while slab := [_texts(row) for row in islice(rows, 20_000)]:
        counter["records"] += len(slab)
        beat(len(slab))
        yield list(slab)


def _sample(book: Any, name: str, skip: int, width: int) -> tuple[tuple[str | None, ...], ...]:
    """The first rows below the header, then some from all over the sheet."""
    height = _height(book.get_sheet_by_name(name))
    every = max((height - skip) // _SAMPLE, 1)
    first = skip + _SAMPLE // 4
    texts = (
        _texts(row)
        for number, row in enumerate(_rows(book, name))
        if number >= skip and (number < first or number % every == 0)
    )
    return sample_rows(list(texts), width)
