"""Figures of a platform's own day table: they stand as reported, for one shop, platform and member and for the time of one report.

A cell takes the report that is exactly as long as the cell. Where a cell holds several, or only shorter ones, nothing is added up: the
statement says so in two columns, and the planner refuses (`not_additive`) or leaves the figure unknown.
"""

from __future__ import annotations

from sqlglot import exp

from castanea.semantics.layout import FACTS, Segment, Work
from castanea.semantics.looking_back import bucket_table, cell_keys, grain_of, members_of
from castanea.semantics.measures_reader import REPORTS, SCOPES
from castanea.semantics.model import SHORTER, SURPLUS, Report
from castanea.semantics.rows import BEFORE, RowMaker
from castanea.semantics.scan import Scan
from castanea.semantics.templates import col, named, piece, text

_OF_A_ROW = ("shop_id", "platform", "member")


def report_rows(maker: RowMaker, work: Work, index: int) -> exp.Select:
    """SELECT before, keys, the figures, how many reports too many a cell holds, and how many cells hold shorter reports only."""
    reports = {m: report for m in work.measures if (report := maker.measure(m).report)}
    first = next(iter(reports.values()))
    whole = Segment(False, FACTS, None, None)
    scan = Scan(maker.shop, maker.layout, whole, (maker.part, index, "segments", 0), REPORTS, "day")
    values = [named(scan.valued(r.value), f"value_{m}") for m, r in reports.items()]
    columns = [
        *(named(t, n) for n, t in members_of(maker, work, scan)),
        named(scan.stamp, "since"),
        named(col("days", "f"), "days"),
    ]
    scope = exp.EQ(this=col("scope", "f"), expression=text(SCOPES.get(first.scope, "shop")))
    of_row = [named(piece("COALESCE(_x, '')", x=col(c, "f")), f"of_{c}") for c in _OF_A_ROW] if first.latest else []
    rows = scan.select([*columns, *values, *of_row], [scope, *maker.others(scan, work)]).subquery("v")
    cells = bucket_table(maker, index, grain_of(maker), "days")
    keys = [col(BEFORE, "w"), *cell_keys(maker, work)]
    inside = piece("v.since >= w.low AND v.since < w.high")
    if first.latest:
        return _latest(maker, reports, keys, rows, cells, inside)
    exact = "v.since = w.low AND v.days = w.high - w.low"
    figures: dict[str, exp.Expr] = {
        m: exp.Case(ifs=[exp.If(this=piece(exact), true=col(f"value_{m}", "v"))]) for m in reports
    }
    found = {m: _alone(f) for m, f in figures.items()}
    found |= _told(figures, [col(f"value_{m}", "v") for m in reports])
    tree = exp.select(*keys, *maker.columns(found)).from_(rows).join(cells, on=inside)
    return tree.group_by(*(k.copy() for k in keys))


def _latest(
    maker: RowMaker,
    reports: dict[str, Report],
    keys: list[exp.Expr],
    rows: exp.Subquery,
    cells: exp.Subquery,
    inside: exp.Expr,
) -> exp.Select:
    """The newest report of each shop, platform and member in the cell."""
    (name,) = reports
    order = exp.Order(expressions=[exp.Ordered(this=col("since", "v"), desc=True), exp.Ordered(this=col("days", "v"))])
    part = [*(k.copy() for k in keys), *(col(f"of_{c}", "v") for c in _OF_A_ROW)]
    rank = named(exp.Window(this=exp.RowNumber(), partition_by=part, order=order), "rank")
    known = piece("_x IS NOT NULL", x=col(f"value_{name}", "v"))
    inner = exp.select(*keys, named(col(f"value_{name}", "v"), "value"), rank).from_(rows)
    inner = inner.join(cells, on=exp.and_(inside, known))
    value = col("value", "g")
    figures = maker.columns({name: _alone(value), **_told({name: value}, [])})
    head = [col(k.name, "g") for k in keys]
    tree = exp.select(*head, *figures).from_(inner.subquery("g")).where(piece("_r = 1", r=col("rank", "g")))
    return tree.group_by(*(h.copy() for h in head))


def _alone(figure: exp.Expr) -> exp.Expr:
    return piece("CASE WHEN COUNT(_x) = 1 THEN MIN(_x) END", x=figure)


def _told(figures: dict[str, exp.Expr], inside: list[exp.Expr]) -> dict[str, exp.Expr]:
    """How many reports too many there are, and whether there are reports but none of the cell's length."""
    most = exp.Greatest(this=piece("1"), expressions=[exp.Count(this=f.copy()) for f in figures.values()])
    found: dict[str, exp.Expr] = {SURPLUS: piece("_m - 1", m=most)}
    if inside:
        pairs = zip(figures.values(), inside, strict=True)
        lacking = exp.or_(*(piece("COUNT(_f) = 0 AND COUNT(_i) > 0", f=f, i=i) for f, i in pairs))
        found[SHORTER] = exp.Case(ifs=[exp.If(this=lacking, true=piece("1"))], default=piece("0"))
    return found
