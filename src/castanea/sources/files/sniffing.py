"""Delimiter, quotes and header row of a text file, decided from its beginning before anything is read."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from castanea.contracts.mappings.spelling import plain_name
from castanea.sources.files.errors import FileError

DELIMITERS = (",", "\t", ";", "|")
_HEADER_WITHIN = 40
_NUMBER = re.compile(r"^[\s=\"'￥¥$£€+\-(]*\d[\d,.\s:/\-Ee+%)万元]*[\"'\t\s]*$")


class Shape(msgspec.Struct, frozen=True):
    """`header_row` counts records from 1; `width` is the number of its columns."""

    delimiter: str
    quote: str
    header_row: int
    header: tuple[str, ...]
    titles: tuple[str, ...]


def split(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """The records of some lines; a quote that is never closed ends with the lines."""
    try:
        if quote:
            return list(csv.reader(lines, delimiter=delimiter, quotechar=quote))
        return list(csv.reader(lines, delimiter=delimiter, quotechar=None, quoting=csv.QUOTE_NONE))
    except csv.Error:
        return []


def find_shape(lines: Sequence[str], known: Collection[str], *, delimiter: str = "", header_row: int = 0) -> Shape:
    """Decide how `lines` (the file's beginning) are split. `known` are plain column names of known formats.

    Raises FileError where no row can be the header.
    """
    best: tuple[float, Shape] | None = None
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        for quote in ('"', ""):
            rows = split(lines, candidate, quote)
            if not rows or (not quote and '"' not in "".join(lines[:200])):
                continue
            score, shape = _judge(rows, candidate, quote, known, header_row)
            if shape is not None and (best is None or score > best[0]):
                best = (score, shape)
    if best is None:
        first = next((line.strip()[:80] for line in lines if line.strip()), "")
        raise FileError(
            f"no header row with column names was found in the first {_HEADER_WITHIN} rows (the file begins '{first}'); "
            "name the row with --header-row, or add a row with the columns' names",
            code="file.no_header",
        )
    return best[1]


def find_header(rows: Sequence[Sequence[str]], known: Collection[str], header_row: int = 0) -> tuple[float, int] | None:
    """Return (score, index) of the row that names the columns, or None. A row of numbers names nothing."""
    widths = Counter(_width(row) for row in rows if _width(row))
    if not widths:
        return None
    usual = max(widths, key=lambda width: (widths[width] * min(width, 3), width))
    best: tuple[float, int] | None = None
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        if header_row and index != header_row - 1:
            continue
        score = _header_score(row, usual, known)
        if header_row:
            return (max(score, 0.01), index)
        if score > 0 and (best is None or score > best[0] + 0.2):
            best = (score, index)
    return best


def merged_header(rows: Sequence[Sequence[str]], index: int, known: Collection[str]) -> tuple[int, list[str]]:
    """The header's last row (index) and its cells, where two rows of merged cells name the columns together.

    A cell of the upper row stands over the columns right of it as far as its next cell; where the lower row is blank, the upper one
    names the column alone. The lower name is taken alone where it is the only one of its kind, else after the group's name. Two
    rows are one header only where the upper has gaps over names, both hold words alone, and more names are known than in one row.
    """
    best = (_familiar(rows[index], known), index, list(rows[index]))
    for upper in (index - 1, index):
        if upper < 0 or upper + 1 >= len(rows):
            continue
        names = _merged(rows[upper], rows[upper + 1], known)
        if names and _familiar(names, known) > best[0]:
            best = (_familiar(names, known), upper + 1, names)
    return best[1], best[2]


def _merged(above: Sequence[str], below: Sequence[str], known: Collection[str]) -> list[str]:
    """The columns' names by both rows; empty where the two are no header of merged cells."""
    width = max(_width(above), _width(below))
    upper, lower = (
        [cell.strip() for cell in row[:width]] + [""] * (width - len(row[:width])) for row in (above, below)
    )
    words = [cell for cell in (*upper, *lower) if cell]
    gaps = sum(not up and bool(low) for up, low in zip(upper, lower, strict=True))
    if not gaps or any(_NUMBER.match(cell) or len(cell) > 60 for cell in words) or sum(map(bool, upper)) < 2:
        return []
    names, group = [], ""
    for up, low in zip(upper, lower, strict=True):
        group = up or (group if low else "")
        both = f"{group} {low}".strip()
        alone = bool(low) and lower.count(low) == 1 and plain_name(both) not in known
        names.append(low if alone else both)
    return names


def _familiar(row: Sequence[str], known: Collection[str]) -> int:
    return len({plain_name(cell) for cell in row if cell.strip()} & set(known))


def clean_header(row: Sequence[str]) -> tuple[str, ...]:
    """Column names as they are shown: without guards; empty ones numbered, repeated ones told apart."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for number, cell in enumerate(_stripped(row), start=1):
        name = cell.replace("\ufeff", "").replace("\x00", "").strip().strip("=\"'").strip() or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _judge(
    rows: list[list[str]], delimiter: str, quote: str, known: Collection[str], header_row: int
) -> tuple[float, Shape | None]:
    found = find_header(rows, known, header_row)
    if found is None:
        return 0.0, None
    score, index = found
    first = index
    cells: Sequence[str] = rows[index]
    if not header_row:
        index, cells = merged_header(rows, index, known)
        first = index - (list(cells) != list(rows[index]))
    header = clean_header(cells)
    body = [row for row in rows[index + 1 :] if any(cell.strip() for cell in row)]
    fitting = sum(len(row) == len(cells) or _width(row) == len(header) for row in body) / len(body) if body else 0.5
    total = (
        score + 2 * fitting + min(len(header), 12) / 12 + (0.3 if quote else 0.0) - (0.5 if len(header) == 1 else 0.0)
    )
    titles = tuple(" ".join(cell.strip() for cell in row if cell.strip()) for row in rows[:first])
    return total, Shape(delimiter, quote, index + 1, header, titles)


def _header_score(row: Sequence[str], usual: int, known: Collection[str]) -> float:
    cells = [cell.strip() for cell in _stripped(row)]
    filled = [cell for cell in cells if cell]
    if not filled:
        return 0.0
    familiar = sum(plain_name(cell) in known for cell in filled) / max(len(filled), min(usual, 4))
    wordy = sum(not _NUMBER.match(cell) and len(cell) <= 60 for cell in filled) / len(filled)
    if wordy < 0.6 or (wordy < 1 and familiar < 0.3):
        return 0.0
    full = min(len(filled) / usual, 1.0)
    fits = 1.0 if len(cells) >= usual else len(cells) / usual
    distinct = len(set(filled)) / len(filled)
    return 3 * familiar + wordy * full * fits * distinct


def _stripped(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _width(row: Sequence[str]) -> int:
    return len(_stripped(row))
