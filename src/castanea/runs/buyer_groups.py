"""Buyers of the warehouse in groups, by the same functions as `castanea analyze segments` and `cohorts`; no group is told that is too small."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from castanea.analysis.common import Answer
from castanea.analysis.describe.cohorts import cohorts
from castanea.analysis.describe.segments import SEGMENT_NAMES, segments
from castanea.contracts.buyers import (
    LEAST_GROUP,
    MOST_DAYS,
    BuyerCohort,
    BuyerGroups,
    BuyerQuestion,
    BuyerSegment,
)
from castanea.contracts.query import Period, Rights
from castanea.kit.errors import InputError
from castanea.kit.money import plain_text
from castanea.runs.desk import Desk
from castanea.semantics.buyers import Purchases

_OTHERS = ("others", "其他（人数少的分群）", "Others (small segments)")
_ENGLISH = {"cannot_lose": "Cannot lose", "need_attention": "Need attention", "about_to_sleep": "About to sleep", "at_risk": "At risk"}  # fmt: skip


def buyer_groups(desk: Desk, asked: BuyerQuestion, rights: Rights) -> BuyerGroups:
    """Raises InputError for a question that cannot be answered, or that this reader may not ask."""
    if not 1 <= asked.days <= MOST_DAYS:
        raise InputError(
            f"{asked.days} days cannot be asked; ask for 1 to {MOST_DAYS}",
            code="buyers.range",
            values={"most": MOST_DAYS},
        )
    bought = desk.planner().purchases(asked, desk.reader(), desk.clock.now(), rights)
    return grouped(asked, bought)


def grouped(asked: BuyerQuestion, bought: Purchases) -> BuyerGroups:
    """The groups that may be told of these purchases."""
    frame = _local(bought)
    period = bought.period
    empty = BuyerGroups(asked.kind, period, bought.currency, 0, withheld=frame.height > 0)
    if frame["buyer"].n_unique() < LEAST_GROUP:
        return empty
    if asked.kind == "cohorts":
        told = cohorts(frame, customer="buyer", time="at", value="paid", every=asked.every)
        return _cohorts(told, empty)
    last = _last_day(period)
    told = segments(frame, customer="buyer", time="at", value="paid", until=last.isoformat() if last else "")
    return _segments(told, empty)


def _local(bought: Purchases) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(bought.table))
    at = pl.col("at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(bought.period.zone)
    # days as text: the analyses read a table as they would read a file
    return frame.select("buyer", at.dt.strftime("%Y-%m-%d %H:%M:%S").alias("at"), pl.col("paid").cast(pl.Float64))


def _last_day(period: Period) -> date | None:
    return (period.end - timedelta(seconds=1)).astimezone(ZoneInfo(period.zone)).date() if period.end else None


def _segments(told: Answer, empty: BuyerGroups) -> BuyerGroups:
    parts = {str(name): part for (name,), part in told.table.group_by("segment")}
    shown, small = _foldable({name: part.height for name, part in parts.items()})
    rest = pl.concat([parts[name] for name in small]) if small else None
    whole = float(told.table["monetary"].sum())
    made = [_segment(name, parts[name], whole) for name in shown]
    made.sort(key=lambda each: (-Decimal(each.paid), each.segment))
    if rest is not None:
        made.append(_segment(_OTHERS[0], rest, whole))
    words = dict(told.words) if not small else {}
    return replace(empty, buyers=told.table.height, withheld=False, segments=tuple(made), words=words)


def _foldable(sizes: dict[str, int]) -> tuple[list[str], list[str]]:
    """Segments that are shown, and those that are put together; the latter have LEAST_GROUP buyers together, or are none."""
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    small = [name for name in order if sizes[name] < LEAST_GROUP]
    shown = [name for name in order if sizes[name] >= LEAST_GROUP]
    while shown and small and sum(sizes[name] for name in small) < LEAST_GROUP:
        small.append(shown.pop())
    return shown, small


def _segment(name: str, part: pl.DataFrame, whole: float) -> BuyerSegment:
    zh, en = (_OTHERS[1], _OTHERS[2]) if name == _OTHERS[0] else (SEGMENT_NAMES[name], _ENGLISH.get(name, name.title()))
    paid = float(part["monetary"].sum())
    return BuyerSegment(
        name,
        {"zh-CN": zh, "en": en},
        part.height,
        plain_text(f"{paid:.2f}"),
        paid / whole if whole > 0 else None,
        float(median(part["recency_days"].to_list())),
        float(median(part["frequency"].to_list())),
    )


def _cohorts(told: Answer, empty: BuyerGroups) -> BuyerGroups:
    rows = told.table.to_dicts()
    sizes = {row["cohort"]: row["customers"] for row in rows if row["age"] == 0}
    cells = tuple(_cells(rows, sizes))
    withheld = any(size < LEAST_GROUP for size in sizes.values()) or any(cell.buyers is None for cell in cells)
    buyers = sum(size for size in sizes.values() if size >= LEAST_GROUP)
    return replace(empty, buyers=buyers, withheld=withheld, cohorts=cells)


def _cells(rows: Iterable[dict[str, Any]], sizes: dict[str, int]) -> Iterable[BuyerCohort]:
    for row in rows:
        size, came = sizes[row["cohort"]], row["customers"]
        if size < LEAST_GROUP:
            continue
        told = came >= LEAST_GROUP or came == 0
        yield BuyerCohort(
            row["cohort"], row["age"], size, came if told else None, row["retention"] if told else None, row["complete"]
        )


__all__ = ["buyer_groups", "grouped"]
