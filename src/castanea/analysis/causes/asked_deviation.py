"""The deviation asked about, from a file: one cause of `diagnose` with from and until."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import polars as pl

from castanea.analysis.causes import Deviation
from castanea.analysis.causes.scopes import scope_columns
from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.analysis.common.columns import moment
from castanea.kit.errors import InputError

KNOWN = ("from", "until", "deviation", "share", "score", "relative", "metric", "where", "case", "actual", "expected")


def asked(table: pl.DataFrame, series: pl.DataFrame, events: pl.DataFrame | None) -> tuple[Deviation, list[Warned]]:
    """The first row's deviation: `from`, `until` (by default the last time of the series), `deviation` (actual − expected; by default a
    fall), `where` (a JSON object, or a=b&c=d) or a column per dimension, and, where known, `relative` and `metric`. Raises InputError."""
    present(table, "from")
    present(series, "time")
    warnings = []
    if table.height > 1:
        warnings.append(
            Warned("first_deviation", f"the deviation's file has {table.height:,} rows; the first is asked about")
        )
    row = table.head(1)
    counted = times(series, "time").counted
    begin = _time(row, "from", counted=counted)
    if begin is None:
        raise InputError("column 'from', row 1 is empty; write when the deviation began, such as 2026-11-20", code="analysis.bad_value",
                         values={"column": "from", "row": 1})  # fmt: skip
    last = times(series, "time").values.max()
    end = _time(row, "until", counted=counted)
    if end is None:
        end = last if isinstance(last, (int, datetime)) else begin
    size = _number(row, "deviation")
    relative = _number(row, "relative")
    if relative is None and (actual := _number(row, "actual")) is not None and (expected := _number(row, "expected")):
        relative = actual / expected - 1
        size = actual - expected if size is None else size
    where = _where(row, [*scope_columns(series), *(scope_columns(events) if events is not None else [])])
    metric = texts(row, "metric")[0] if "metric" in row.columns else None
    if size is None:
        warnings.append(
            Warned(
                "taken_for_a_fall",
                "the deviation's file does not say by how much (column deviation); it is taken for a fall",
            )
        )
    return Deviation(where, begin, end, -1.0 if size is None else size, relative, metric or ""), warnings


def _number(row: pl.DataFrame, name: str) -> float | None:
    if name not in row.columns:
        return None
    value = numbers(row, name)[0]
    return None if value is None else float(value)


def _time(row: pl.DataFrame, name: str, *, counted: bool) -> datetime | int | None:
    if name not in row.columns:
        return None
    text = texts(row, name)[0]
    if text is None:
        return None
    if counted:
        try:
            return int(text)
        except ValueError as wrong:
            raise InputError(
                f"column {name!r}: {text!r} is no whole number, as the times of the series are",
                code="analysis.bad_date",
            ) from wrong
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        plain = times(row.select(pl.col(name).cast(pl.String)), name).values[0]
        return plain if isinstance(plain, datetime) else moment(text)
    if found.tzinfo is not None:
        found = found.replace(tzinfo=None) - (found.utcoffset() or timedelta())
    return found


def _where(row: pl.DataFrame, dimensions: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if "where" in row.columns and (text := texts(row, "where")[0]):
        found = _parsed(text)
    for name in dict.fromkeys(dimensions):
        if name in row.columns and name not in KNOWN and (value := texts(row, name)[0]) is not None:
            found[name] = value
    return found


def _parsed(text: str) -> dict[str, str]:
    if text.lstrip().startswith("{"):
        try:
            held = json.loads(text)
        except json.JSONDecodeError as wrong:
            raise InputError(
                f'column \'where\': {text[:60]!r} is no JSON object; write {{"channel": "jd"}}',
                code="analysis.bad_value",
            ) from wrong
        return {str(k): str(v) for k, v in held.items()}
    parts = [part.partition("=") for part in text.split("&")]
    if any(not sign or not name.strip() for name, sign, _ in parts):
        raise InputError(
            f"column 'where': {text[:60]!r} is no scope; write channel=jd&product=P1, or a JSON object",
            code="analysis.bad_value",
        )
    return {name.strip(): value.strip() for name, _, value in parts}
