"""Levels (stock): the last known value of each key at the end of each cell, summed over keys, never over time."""

from __future__ import annotations

from sqlglot import exp

from castanea.semantics.counts import bucket_table
from castanea.semantics.expressions import on_alias
from castanea.semantics.layout import FACTS, Segment, Work
from castanea.semantics.rows import BEFORE, CURRENCY, RowMaker
from castanea.semantics.scan import Scan
from castanea.semantics.templates import col, named, piece

_CELL = "cell"


def level_rows(maker: RowMaker, work: Work, index: int) -> exp.Select:
    """SELECT before, keys, the summed levels. A level holds from its count until the next one of the same key."""
    levels = [level for m in work.measures if (level := maker.measure(m).level)]
    first = levels[0]
    whole = Segment(False, FACTS, None, None)
    scan = Scan(maker.shop, maker.layout, whole, (maker.part, index, "segments", 0), first.table, first.clock)
    grain = next((k for k in maker.layout.keys if k in maker.shop.declared.grains), "")
    members = [(k, scan.key(k)) for k in maker.layout.keys if k != grain]
    if work.currency:
        members.append((CURRENCY, scan.dimension("currency")))
    order = [exp.Ordered(this=col(c, "f")) for c in (first.clock, "_version", "_key")]
    until = exp.Window(
        this=exp.Lead(this=col(first.clock, "f")),
        partition_by=[piece("COALESCE(_x, '')", x=col(k, "f")) for k in first.key],
        order=exp.Order(expressions=order),
    )
    values = [
        named(on_alias(level.value, "f", maker.shop.currency), m)
        for m, level in zip(work.measures, levels, strict=True)
    ]
    columns: list[exp.Expr] = [
        *(named(t, n) for n, t in members),
        named(scan.stamp, "since"),
        named(until, "until"),
        *values,
    ]
    held = scan.select(columns, maker.others(scan, work)).subquery("v")
    cells = bucket_table(maker, work, index, grain or _CELL, "stamps")
    inside = piece("v.since < w.high AND (v.until IS NULL OR v.until >= w.high)")
    keys = [
        col(grain, "w") if k == grain else col(k, "v")
        for k in (*maker.layout.keys, *((CURRENCY,) if work.currency else ()))
    ]
    sums = maker.columns({m: piece("COALESCE(SUM(_x), 0)", x=col(m, "v")) for m in work.measures})
    tree = exp.select(col(BEFORE, "w"), *keys, *sums).from_(held).join(cells, on=inside)
    return tree.group_by(col(BEFORE, "w"), *(k.copy() for k in keys))
