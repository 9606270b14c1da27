"""Columns of a table as what they are: text, numbers, times. What cannot be read is an error that names the row; nothing is guessed away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

_CLOCKS = ("", " %H:%M:%S%.f", "T%H:%M:%S%.f", " %H:%M", "T%H:%M")
_FAMILIES = (
    *(tuple(day + clock for clock in _CLOCKS) for day in ("%Y-%m-%d", "%Y/%m/%d")),
    ("%Y%m%d",),
    *(tuple(day + clock for clock in _CLOCKS) for day in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y")),
)  # a column is of one
_ZONED = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
_MONTH = r"^\d{4}[-/]\d{1,2}$"


@dataclass(frozen=True)
class Times:
    """A column of times: `values` as Datetime (microseconds, naive or UTC) or, when `counted`, as whole numbers (weeks 1, 2, 3 …).

    `dated`: all of them are whole days."""

    values: pl.Series
    counted: bool
    dated: bool


def present(table: pl.DataFrame, *wanted: str | None) -> None:
    """Raises InputError for a table without rows, or for a column that is not there, with the nearest names."""
    if table.height == 0:
        raise InputError("the file holds no rows; an analysis needs some", code="analysis.empty")
    for name in wanted:
        if name and name not in table.columns:
            near = nearest(name, table.columns)
            raise InputError(
                f"there is no column {name!r}{near.hint}; the file's columns are {', '.join(table.columns)}",
                code="analysis.no_column",
                values={"column": name, "columns": list(table.columns)},
            )


def names(given: str) -> list[str]:
    """A comma-separated list of column names."""
    found = [part.strip() for part in given.split(",")]
    if "" in found or len(set(found)) < len(found):
        raise InputError(f"{given!r} is no list of different names; write a,b,c", code="analysis.bad_names")
    return found


def texts(table: pl.DataFrame, name: str) -> pl.Series:
    """The column as text without blanks around it; empty cells are null."""
    present(table, name)
    column = table[name].cast(pl.String).str.strip_chars()
    return column.set(column == "", None)


def numbers(table: pl.DataFrame, name: str, *, gaps: bool = True) -> pl.Series:
    """The column as Float64; empty cells are null. Raises InputError for text, infinities, and empty cells unless `gaps`."""
    present(table, name)
    column = table[name]
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        found = column.cast(pl.Float64)
        wrong = found.is_infinite() | found.is_nan()
    else:
        plain = texts(table, name)
        found = plain.cast(pl.Float64, strict=False)
        wrong = (plain.is_not_null() & found.is_null()) | found.is_infinite() | found.is_nan()
    _refuse(
        table,
        name,
        wrong.fill_null(value=False),
        "no finite number",
        "write numbers with a decimal point and without signs or units",
    )
    if not gaps:
        _refuse(table, name, found.is_null(), "empty", "fill it in, or leave the row out")
    return found.alias(name)


def times(table: pl.DataFrame, name: str) -> Times:
    """The column as times: dates, times of day (an offset is applied), months, or whole numbers. Raises InputError for anything else."""
    present(table, name)
    column = table[name]
    if column.dtype == pl.Date:
        return Times(_whole(table, name, column.cast(pl.Datetime("us"))), counted=False, dated=True)
    if isinstance(column.dtype, pl.Datetime):
        moved = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if column.dtype.time_zone else column
        return _timed(_whole(table, name, moved.cast(pl.Datetime("us"))))
    if column.dtype.is_integer():
        return Times(_whole(table, name, column.cast(pl.Int64)), counted=True, dated=False)
    plain = texts(table, name)
    _whole(table, name, plain)
    numbers_ = plain.cast(pl.Int64, strict=False)
    if numbers_.null_count() == 0 and not plain.str.contains(r"^(19|20)\d{6}$").all():
        return Times(numbers_.alias(name), counted=True, dated=False)
    if plain.str.contains(_MONTH).all():
        plain = plain + plain.str.slice(4, 1) + "01"
    best: pl.Series | None = None
    _decided(plain, name)
    for family in _FAMILIES:
        read = pl.select(
            pl.coalesce(pl.lit(plain).str.to_datetime(form, strict=False, time_unit="us") for form in family)
        ).to_series()
        if best is None or read.null_count() < best.null_count():
            best = read
        if best.null_count() == 0:
            return _timed(best.alias(name))
    for form in _ZONED:
        zoned = plain.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        if zoned.null_count() == 0:
            return _timed(zoned.dt.replace_time_zone(None).alias(name))
    if best is None:
        raise AssertionError("there are forms")
    _refuse(table, name, best.is_null(), "no time as the others", "write all as 2026-11-20 or 2026-11-20 14:36:00")
    raise AssertionError("one was refused")


def _decided(plain: pl.Series, name: str) -> None:
    """Raises InputError for days that may be read month first as well as day first."""
    if all(plain.str.to_datetime(form, strict=False).null_count() == 0 for form in ("%m/%d/%Y", "%d/%m/%Y")):
        raise InputError(
            f"column {name!r}: {plain[0]!r} and the others may be month/day or day/month; write 2026-11-20",
            code="analysis.bad_value",
        )


def moment(given: str) -> datetime:
    """A date or time of an option. Raises InputError."""
    try:
        return datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError as wrong:
        raise InputError(f"{given!r} is no date; write 2026-11-20", code="analysis.bad_date") from wrong


def span(given: str, what: str) -> timedelta:
    """A length of time such as 30m, 12h, 7d, 4w. Raises InputError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
    if len(given) > 1 and given[:-1].isdecimal() and given[-1] in units and int(given[:-1]) > 0:
        return timedelta(seconds=int(given[:-1]) * units[given[-1]])
    raise InputError(f"{what} is {given!r}; write a number and s, m, h, d or w, such as 7d", code="analysis.bad_span")


def day_text(values: pl.Series, *, dated: bool) -> pl.Series:
    """Times as they are written in an answer."""
    return values.dt.strftime("%Y-%m-%d" if dated else "%Y-%m-%dT%H:%M:%S")


def latest(values: pl.Series) -> datetime:
    """The last of some times."""
    found = values.max()
    if not isinstance(found, datetime):
        raise AssertionError("there are no times")
    return found


def earliest(values: pl.Series) -> datetime:
    """The first of some times."""
    return latest(values.sort(descending=True).tail(1))


def number(value: object) -> float:
    """What Polars calls a literal, as the number it is."""
    if not isinstance(value, (int, float)):
        raise AssertionError(f"{value!r} is no number")
    return float(value)


def _timed(values: pl.Series) -> Times:
    return Times(values, counted=False, dated=bool((values.dt.truncate("1d") == values).all()))


def _whole(table: pl.DataFrame, name: str, values: pl.Series) -> pl.Series:
    _refuse(table, name, values.is_null(), "empty", "fill it in, or leave the row out")
    return values


def _refuse(table: pl.DataFrame, name: str, wrong: pl.Series, what: str, do: str) -> None:
    rows: Sequence[int] = wrong.arg_true().to_list()
    if rows:
        more = f" (and {len(rows) - 1:,} more rows)" if len(rows) > 1 else ""
        raise InputError(
            f"column {name!r}, row {rows[0] + 1:,}{more}: {str(table[name][rows[0]])!r:.60} is {what}; {do}",
            code="analysis.bad_value",
            values={"column": name, "row": rows[0] + 1},
        )
