"""Levels (stock): the last known value of each key at the end of each cell, at its start, or over its time; summed over keys, never
over time."""

from __future__ import annotations

from sqlglot import exp

from castanea.semantics.expressions import names_in, on_alias
from castanea.semantics.layout import FACTS, Segment, Work
from castanea.semantics.looking_back import bucket_table, cell_keys, grain_of, members_of
from castanea.semantics.model import Level, Unsold
from castanea.semantics.rows import BEFORE, RowMaker
from castanea.semantics.scan import Scan
from castanea.semantics.templates import col, named, number, piece

_HELD = "held_"  # before the names of a level's own columns, so that no key is hidden by one
_SECONDS = "EXTRACT(EPOCH FROM CAST(_x AS TIMESTAMP))"


def level_rows(maker: RowMaker, work: Work, index: int) -> exp.Select:
    """SELECT before, keys, the figures. A level holds from its count until the next one of the same key."""
    levels = {m: level for m in work.measures if (level := maker.measure(m).level)}
    first = next(iter(levels.values()))
    whole = Segment(False, FACTS, None, None)
    scan = Scan(maker.shop, maker.layout, whole, (maker.part, index, "segments", 0), first.table, first.clock)
    held = _held(maker, work, scan, levels).subquery("v")
    cells = bucket_table(maker, index, grain_of(maker), "days" if scan.dated else "stamps")
    edge = col("low" if first.at == "start" else "high", "w")
    spread = first.at.startswith("average")
    inside = piece("v.since < _e AND (v.until IS NULL OR v.until >= _e)", e=edge)
    if spread:
        inside = piece("v.since < w.seen AND (v.until IS NULL OR v.until > w.low)")
    on = [inside, _unsold(maker, first, first.unsold)] if first.unsold else [inside]
    values = {m: _value(maker, level) for m, level in levels.items()}
    keys = [col(BEFORE, "w"), *cell_keys(maker, work)]
    if first.per:
        return _tested(maker, levels, values, keys, held, cells, on)
    sums = {m: _mean(v, first) if spread else exp.Sum(this=v) for m, v in values.items()}
    known = {
        m: s if maker.measure(m).keeps_unknown or spread else piece("COALESCE(_x, 0)", x=s) for m, s in sums.items()
    }
    tree = exp.select(*keys, *maker.columns(known)).from_(held).join(cells, on=exp.and_(*on))
    times = [col("low", "w"), col("seen", "w"), col("first", "v")] if spread else []
    return tree.group_by(*(k.copy() for k in keys), *times)


def _held(maker: RowMaker, work: Work, scan: Scan, levels: dict[str, Level]) -> exp.Select:
    """The levels with the time from when and until when each holds."""
    first = next(iter(levels.values()))
    order = [exp.Ordered(this=col(c, "f")) for c in dict.fromkeys((first.clock, "_version", "_key"))]
    until = exp.Window(
        this=exp.Lead(this=col(first.clock, "f")),
        partition_by=[piece("COALESCE(CAST(_x AS TEXT), '')", x=col(k, "f")) for k in first.key],
        order=exp.Order(expressions=order),
    )
    used = [
        *first.per,
        *(first.key[:1] if first.unsold else ()),
        *(n for v in levels.values() for n in names_in(v.value)),
    ]
    columns: list[exp.Expr] = [
        *(named(t, n) for n, t in members_of(maker, work, scan)),
        named(scan.stamp, "since"),
        named(until, "until"),
        *(named(col(n, "f"), _HELD + n) for n in dict.fromkeys(used)),
    ]
    if first.at.startswith("average"):
        columns.append(named(exp.Window(this=exp.Min(this=scan.stamp)), "first"))
    return scan.select(columns, [scan.valued(first.where), *maker.others(scan, work)])


def _value(maker: RowMaker, level: Level) -> exp.Expr:
    columns = {n: col(_HELD + n, "v") for n in names_in(level.value)}
    return on_alias(level.value, "v", maker.shop.currency, columns, col("seen", "w"))


def _mean(value: exp.Expr, level: Level) -> exp.Expr:
    """The mean over the time of the cell since the first row that is known; the mean times the cell's days."""
    held = piece(
        "SUM(_v * (_u - _s))", v=exp.paren(value),
        u=piece(_SECONDS, x=piece("LEAST(COALESCE(v.until, w.seen), w.seen)")), s=piece(_SECONDS, x=piece("GREATEST(v.since, w.low)")),
    )  # fmt: skip
    seen, low = piece(_SECONDS, x=col("seen", "w")), piece(_SECONDS, x=col("low", "w"))
    known = piece(_SECONDS, x=piece("GREATEST(w.low, v.first)"))
    mean = piece("_h / NULLIF(_e - _k, 0)", h=held, e=seen, k=known)
    if level.at == "average_days":
        mean = piece("_m * (_e - _l) / 86400", m=exp.paren(mean), e=seen, l=low)
    return exp.cast(mean, "DECIMAL(38, 4)")


def _tested(
    maker: RowMaker,
    levels: dict[str, Level],
    values: dict[str, exp.Expr],
    keys: list[exp.Expr],
    held: exp.Subquery,
    cells: exp.Subquery,
    on: list[exp.Expr],
) -> exp.Select:
    """The number of groups (products) whose sum passes the test, at each edge."""
    first = next(iter(levels.values()))
    groups = [named(col(_HELD + n, "v"), f"per_{n}") for n in first.per]
    sums = [named(piece("COALESCE(SUM(_x), 0)", x=v), f"value_{m}") for m, v in values.items()]
    inner = exp.select(*keys, *groups, *sums).from_(held).join(cells, on=exp.and_(*on))
    inner = inner.group_by(*(k.copy() for k in keys), *(g.this.copy() for g in groups), col("high", "w"))
    counts: dict[str, exp.Expr] = {}
    for name, level in levels.items():
        if level.test is None:
            raise AssertionError(name)
        passed = on_alias(level.test, "", maker.shop.currency, {"value": col(f"value_{name}", "g")})
        counts[name] = exp.Count(this=exp.Case(ifs=[exp.If(this=passed, true=number(1))]))
    head = [col(k.name, "g") for k in keys]
    tree = exp.select(*head, *maker.columns(counts)).from_(inner.subquery("g"))
    return tree.group_by(*(h.copy() for h in head))


def _unsold(maker: RowMaker, level: Level, rule: Unsold) -> exp.Expr:
    """No row of the thing in the days before the cell's end."""
    held = exp.EQ(this=col(rule.column, "s"), expression=col(_HELD + level.key[0], "v"))
    since = piece(
        f"_c < w.seen AND _c >= CAST(w.seen AS TIMESTAMP) - INTERVAL '{int(rule.days)}' DAY", c=col(rule.clock, "s")
    )
    rows = exp.select("1").from_(exp.table_(exp.to_identifier(rule.table, quoted=True), db="fact", alias="s"))
    return exp.Not(
        this=exp.Exists(this=rows.where(exp.and_(held, since, on_alias(rule.where, "s", maker.shop.currency))))
    )
