"""Events scored against chance: how seldom such an event falls by itself into the time just before a deviation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, log

import polars as pl

from castanea.analysis.causes.kinds import Read, kind_of
from castanea.analysis.causes.scopes import WIDER, Axis, scope_columns
from castanea.analysis.common import present, texts, times
from castanea.kit.errors import InputError

LEAST_LEAD = 2  # days
MOST_ODDS = 4.5
LIKELY = 0.8  # chance that a cause of this class leaves such an event


@dataclass(frozen=True)
class Happening:
    """`place`: on the axis of the series. `times_seen`: how often the like happened in the scope at other times."""

    name: str
    read: Read
    scope: Mapping[str, str]
    place: int
    text: str
    odds: float
    seen: int


def read_events(table: pl.DataFrame, axis: Axis) -> pl.DataFrame:
    """Columns p (place), kind, text and the scope columns. Raises InputError."""
    present(table, "time", "kind")
    at = times(table, "time")
    if at.counted != axis.counted:
        raise InputError("the events' times and those of the series are of different kinds (dates, whole numbers); write both alike",
                         code="analysis.bad_value")  # fmt: skip
    said = (
        texts(table, "text") if "text" in table.columns else pl.Series("text", [None] * table.height, dtype=pl.String)
    )
    return pl.DataFrame(
        [((at.values.to_physical().cast(pl.Int64) - axis.first) // axis.step).alias("p"), texts(table, "kind").alias("kind"), said.alias("text")]
        + [texts(table, c).alias(f"s:{c}") for c in scope_columns(table) if c != "value"]
    ).drop_nulls("kind").sort(pl.all())  # fmt: skip


def happenings(events: pl.DataFrame, axis: Axis, where: Mapping[str, str], begin: int) -> Iterator[Happening]:
    """Of each kind the event nearest before the deviation's begin, in its scope. What comes after it is no cause."""
    columns = [c for c in events.columns if c.startswith("s:")]
    for (name,), rows in sorted(events.partition_by("kind", as_dict=True).items()):
        read = kind_of(str(name))
        if read is None:
            continue
        held = [c for c in columns if c[2:] in where]
        scoped = rows.filter([(pl.col(c) == where[c[2:]]) | pl.col(c).is_null() for c in held]) if held else rows
        lead = max(1, round(max(LEAST_LEAD, read.kind.lead) * axis.days))
        near = scoped.filter((pl.col("p") <= begin) & (pl.col("p") >= begin - 2 * lead)).sort("p", "text")
        if near.height == 0:
            continue
        last = near.row(near.height - 1, named=True)
        lag = begin - int(last["p"])
        width, seen = max(1, lag + 1), scoped.height - near.height
        rate = (seen + 0.5) / max(axis.length, 1)
        odds = log(LIKELY) - log(1 - exp(-rate * width)) - max(0, lag - lead / 2) / max(lead / 2, 1)
        wide = sum(1 for d in where if f"s:{d}" not in columns or last[f"s:{d}"] is None)
        free = sum(1 for c in columns if c[2:] not in where and last[c] is not None)
        odds = min(odds, MOST_ODDS) - WIDER * (wide + free)
        scope = {c[2:]: str(last[c]) for c in columns if last[c] is not None}
        yield Happening(str(name), read, scope, int(last["p"]), str(last["text"] or ""), odds, seen)
