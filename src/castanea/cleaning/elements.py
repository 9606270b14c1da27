"""Rows out of a list that stands in one cell as JSON: an order's lines, its refunds."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from castanea.cleaning.typing_cells import CellTyper
from castanea.contracts.mappings import FileColumn

_DECODER = msgspec.json.Decoder(float_hook=str)


@dataclass(frozen=True)
class Elements:
    """`frame`: one row per element, with the columns of its row. `faults`: (position of the row, column, reason), one per cell."""

    frame: pl.DataFrame
    faults: tuple[tuple[int, str, str], ...]


def elements(frame: pl.DataFrame, name: str, columns: Table[str, FileColumn], typer: CellTyper) -> Elements:
    """Explode the list column `name`; a cell that is no list of objects is a fault of its row."""
    at: list[int] = []
    cells: dict[str, list[str | None]] = {column: [] for column in columns}
    faults: list[tuple[int, str, str]] = []
    for position, text in enumerate(frame[name].to_list()):
        for element in _parsed(text, position, name, faults):
            at.append(position)
            for column in columns.values():
                cells[column.name].append(_cell(element, column))
    rows = frame[at] if at else frame.clear()
    typed = []
    for column in columns.values():
        parsed = typer.parsed(column, pl.Series(column.name, cells[column.name], pl.String))
        typed.append(parsed.values.alias(column.name))
        if parsed.faults is not None:
            faults += [
                (at[i], column.name, str(parsed.faults[i])) for i in parsed.faults.is_not_null().arg_true().to_list()
            ]
    return Elements(rows.with_columns(typed), tuple(faults))


def _parsed(text: str | None, position: int, name: str, faults: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    if not text:
        return []
    try:
        found = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(element, dict) for element in found):
        faults.append((position, name, "json"))
        return []
    return found


def _cell(element: dict[str, Any], column: FileColumn) -> str | None:
    value = next((element[name] for name in column.names if element.get(name) is not None), None)
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
