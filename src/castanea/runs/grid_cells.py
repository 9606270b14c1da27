"""A pasted grid into rows, every cell checked: what is wrong is said by row and column, with the valid choices."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from castanea.cleaning.cells import Parsed, parse_flag, parse_id, parse_text, unguarded
from castanea.cleaning.numbers import number_style, parse_number
from castanea.cleaning.times import parse_day, parse_time, time_style
from castanea.contracts.mappings.spelling import plain_name
from castanea.contracts.table import Column, Type
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.runs.grid_columns import WORDS, Grid, Moment, Row

MOST_ROWS = 20_000
_RULES = {
    "not_a_number": "a number", "too_large": "at most 13 digits before the point", "not_a_time": "a date with or without a time",
    "not_a_day": "a date such as 2026-11-20", "not_a_flag": "yes or no", "precision_lost": "all digits, as text",
}  # fmt: skip
_NUMBERS = (Type.MONEY, Type.QUANTITY, Type.RATE, Type.INTEGER)


@dataclass(frozen=True)
class CellFault:
    """`row` counts the lines of the grid from 1, its header included; `column` as written there; `valid` says what may stand there."""

    row: int
    column: str
    value: str
    reason: str
    valid: str


@dataclass(frozen=True)
class Checked:
    """`rows` are complete and in the table's types; they are empty when there are faults."""

    rows: tuple[Row, ...]
    faults: tuple[CellFault, ...]


def check(grid: Grid, text: str, *, zone: str, currency: str, now: datetime) -> Checked:
    """Check what was pasted: a header, then rows, cells divided by tabs (as spreadsheets copy them) or commas.

    Times without an offset are read in `zone`. Raises InputError for no rows, or more than MOST_ROWS.
    """
    header, lines = _cells(text)
    if not lines:
        raise InputError(
            f"there are no rows; the first line names the columns ({', '.join(c.name for c in grid.columns)}), rows follow.",
            code="grid.empty",
        )
    if len(lines) > MOST_ROWS:
        raise InputError(
            f"{len(lines):,} rows are too many for a grid (at most {MOST_ROWS:,}); import them as a file.",
            code="grid.long",
        )
    places, faults = _places(grid, header)
    faults += [
        CellFault(n, "", str(len(line)), "ragged", f"{len(header)} cells, as the header has")
        for n, line in lines if len(line) > len(header)
    ]  # fmt: skip
    columns: dict[str, list[Any]] = {}
    for column in grid.columns:
        if column.name in places:
            place = places[column.name]
            texts = [line[place] if place < len(line) else "" for _, line in lines]
            columns[column.name], found = _typed(grid, column, texts, header[place], [n for n, _ in lines], zone)
            faults += found
    if faults:
        return Checked((), tuple(sorted(faults, key=lambda f: f.row)))
    rows = [{name: values[i] for name, values in columns.items()} for i in range(len(lines))]
    for row in rows:
        grid.fill(row, Moment(now, currency))
    numbers = [n for n, _ in lines]
    faults = [*_unfilled(grid, rows, numbers), *_repeated(grid, rows, numbers)]
    return Checked((), tuple(faults)) if faults else Checked(tuple(rows), ())


def _cells(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """(header, (line number, cells) of each row that is not empty)."""
    text = text.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    divider = "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","
    read = [
        (n, [cell.strip() for cell in line])
        for n, line in enumerate(csv.reader(io.StringIO(text), delimiter=divider), 1)
    ]
    filled = [(n, line) for n, line in read if any(line)]
    if not filled:
        return [], []
    return filled[0][1], filled[1:]


def _places(grid: Grid, header: Sequence[str]) -> tuple[dict[str, int], list[CellFault]]:
    """Where each column stands, and what is wrong with the header."""
    places: dict[str, int] = {}
    faults = []
    valid = ", ".join(c.name for c in grid.columns)
    for place, written in enumerate(header):
        name = grid.names.get(plain_name(written))
        if name is None or name == "updated_at":
            if written:
                hint = nearest(written, [c.name for c in grid.columns]).hint
                faults.append(CellFault(1, written, written, "unknown_column", f"one of {valid}{hint}"))
        elif name in places:
            faults.append(CellFault(1, written, written, "column_twice", "each column once"))
        else:
            places[name] = place
    faults += [
        CellFault(1, name, "", "missing_column", f"this column; required are {', '.join(grid.required)}")
        for name in grid.required if name not in places
    ]  # fmt: skip
    return places, faults


def _typed(
    grid: Grid, column: Column, texts: Sequence[str], written: str, lines: Sequence[int], zone: str
) -> tuple[list[Any], list[CellFault]]:
    parsed = _parsed(column, pl.Series(column.name, texts, pl.String), zone)
    values = parsed.values.to_list()
    faults = []
    reasons = parsed.faults.to_list() if parsed.faults is not None else [None] * len(texts)
    for i, reason in enumerate(reasons):
        if reason is not None:
            faults.append(CellFault(lines[i], written, texts[i], str(reason), _RULES.get(str(reason), "another value")))
        elif values[i] in (None, ""):
            values[i] = None
            if column.name in grid.required:
                faults.append(CellFault(lines[i], written, texts[i], "missing", "a value"))
        elif column.values:
            values[i] = _SPOKEN.get(str(values[i]).strip(), str(values[i]).strip().lower())
            if values[i] not in column.values:
                choices = ", ".join(f"{v} ({WORDS[v]})" if v in WORDS else v for v in column.values)
                faults.append(CellFault(lines[i], written, texts[i], "not_in_list", f"one of {choices}"))
        elif column.type is Type.INTEGER:
            if values[i] != int(values[i]):
                faults.append(CellFault(lines[i], written, texts[i], "not_a_whole_number", "a whole number"))
            values[i] = int(values[i])
    return values, faults


_SPOKEN = {spoken: word for word, spoken in WORDS.items()}


def _parsed(column: Column, text: pl.Series, zone: str) -> Parsed:
    text = unguarded(text)
    if column.type in _NUMBERS:
        return parse_number(text, number_style(text))
    if column.type is Type.DATE:
        return parse_day(text, time_style(text), zone)
    if column.type is Type.TIMESTAMP:
        return parse_time(text, time_style(text), zone)
    if column.type is Type.BOOLEAN:
        return parse_flag(text)
    return parse_id(text) if column.name.endswith("_id") else parse_text(text)


def _unfilled(grid: Grid, rows: Sequence[Row], lines: Sequence[int]) -> list[CellFault]:
    must = [name for name in grid.fillers if grid.table.by_name[name].required]
    return [
        CellFault(line, name, "", "missing", "a value")
        for row, line in zip(rows, lines, strict=True)
        for name in must
        if row.get(name) in (None, "")
    ]


def _repeated(grid: Grid, rows: Sequence[Row], lines: Sequence[int]) -> list[CellFault]:
    seen: dict[tuple[Any, ...], int] = {}
    faults = []
    for row, line in zip(rows, lines, strict=True):
        key = tuple(row.get(name) for name in grid.table.key)
        if key in seen:
            what = ", ".join(f"{name} {row.get(name)}" for name in grid.table.key if row.get(name) not in (None, ""))
            faults.append(
                CellFault(line, grid.table.key[0], what, "row_twice", f"each row once; line {seen[key]} says the same")
            )
        seen.setdefault(key, line)
    return faults
