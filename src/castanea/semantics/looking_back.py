"""Figures that are no sums of the rows inside their cells: running sums up to a cell's end, and the middle of a cell's rows."""

from __future__ import annotations

from sqlglot import exp

from castanea.kit.grain import FINE
from castanea.semantics.layout import Work
from castanea.semantics.rows import BEFORE, CURRENCY, RowMaker, parts_by_clock
from castanea.semantics.scan import Scan
from castanea.semantics.templates import as_table, col, named, number, piece, union

CELL = "cell"
SINCE = "since"


def grain_of(maker: RowMaker) -> str:
    return next((k for k in maker.layout.keys if k in maker.shop.declared.grains), "")


def bucket_table(maker: RowMaker, index: int, grain: str, form: str) -> exp.Subquery:
    """The cells as a table w(before, <grain>, low, high, seen); `form` is days (DATEs) or stamps (UTC)."""
    kind = "DATE" if form == "days" else "TIMESTAMP"
    cell = "TIMESTAMP" if grain in FINE else "DATE"

    def listed(what: str, name: str, type_: str, how: str) -> exp.Expr:
        values = maker.shop.parameters.bind(maker.part, index, "buckets", what, how)
        return named(exp.Explode(this=exp.cast(values, f"{type_}[]")), name)

    return exp.select(
        listed("before", BEFORE, "INT", "plain"), listed("key", grain or CELL, cell, cell),
        *(listed(what, what, kind, form) for what in ("low", "high", "seen")),
    ).subquery("w")  # fmt: skip


def members_of(maker: RowMaker, work: Work, scan: Scan) -> list[tuple[str, exp.Expr]]:
    """The keys but the grain, and the currency where the work has one."""
    found = [(k, scan.key(k)) for k in maker.layout.keys if k != grain_of(maker)]
    return [*found, (CURRENCY, scan.dimension("currency"))] if work.currency else found


def cell_keys(maker: RowMaker, work: Work) -> list[exp.Expr]:
    """The keys of a select over cells w and rows v, in the order of the answer."""
    grain = grain_of(maker)
    names = (*maker.layout.keys, *((CURRENCY,) if work.currency else ()))
    return [col(k, "w" if k == grain else "v") for k in names]


def running_rows(maker: RowMaker, work: Work, index: int) -> list[exp.Select]:
    """SELECT before, keys, the sums of all rows up to each cell's end (or of the days that end with it), for each table and clock."""
    made = []
    for n, segment in enumerate(work.segments):
        for (table, clock), parts in parts_by_clock(maker.measure(m) for m in work.measures).items():
            scan = Scan(maker.shop, maker.layout, segment, (maker.part, index, "segments", n), table, clock)
            values = [named(maker.value(scan, m, p, single=False), m) for m, p in parts.items()]
            conditions = [exp.or_(*(scan.valued(p.where, p) for p in {p.where: p for p in parts.values()}.values()))]
            columns: list[exp.Expr] = [
                *(named(t, k) for k, t in members_of(maker, work, scan)),
                named(scan.stamp, SINCE),
                *values,
            ]
            rows = scan.select(columns, [*conditions, *maker.others(scan, work)]).subquery("v")
            cells = bucket_table(maker, index, grain_of(maker), "days" if scan.dated else "stamps")
            inside = [piece("v.since < w.high AND _b = _n", b=col(BEFORE, "w"), n=number(int(segment.before)))]
            if work.group.window:
                inside.append(piece("v.since >= w.low"))
            keys = cell_keys(maker, work)
            sums = maker.columns({m: exp.Sum(this=col(m, "v")) for m in parts})
            tree = exp.select(col(BEFORE, "w"), *keys, *sums).from_(rows).join(cells, on=exp.and_(*inside))
            made.append(tree.group_by(col(BEFORE, "w"), *(k.copy() for k in keys)))
    return made


def median_rows(maker: RowMaker, work: Work, index: int) -> exp.Select | None:
    """SELECT before, keys, the median of the rows of each cell."""
    (name,) = work.measures
    part = maker.measure(name).median
    if part is None:
        raise AssertionError(name)
    selects: list[exp.Query] = []
    keys: list[str] = []
    for n, segment in enumerate(work.segments):
        scan = Scan(maker.shop, maker.layout, segment, (maker.part, index, "segments", n), part.table, part.clock)
        listed = maker.keys(scan, work)
        keys = [k for k, _ in listed]
        columns: list[exp.Expr] = [named(number(int(segment.before)), BEFORE), *(named(t, k) for k, t in listed)]
        value = named(exp.cast(scan.valued(part.value, part), "DECIMAL(18, 4)"), "value")
        conditions = [
            scan.valued(part.where, part),
            *scan.aligned_days_only(maker.layout.keys),
            *maker.others(scan, work),
        ]
        selects.append(scan.select([*columns, value], conditions))
    if not selects:
        return None
    order = exp.Order(expressions=[exp.Ordered(this=col("value"))])
    middle = exp.WithinGroup(this=exp.PercentileCont(this=exp.Literal.number("0.5")), expression=order)
    head = [col(c) for c in (BEFORE, *keys)]
    figure = maker.columns({name: exp.cast(middle, "DECIMAL(38, 4)")})
    return exp.select(*head, *figure).from_(as_table(union(selects), "v")).group_by(*(h.copy() for h in head))
