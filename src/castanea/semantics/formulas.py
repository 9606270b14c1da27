"""A metric's formula as SQL over the columns of its measures."""

from __future__ import annotations

from sqlglot import exp

from castanea.contracts.query import Cell
from castanea.semantics.expressions import DAILY, names_in
from castanea.semantics.model import Declarations, Metric
from castanea.semantics.templates import col, number, piece

BEFORE_SUFFIX = "__before"
SHARE_UNIT = "share"
MONEY_UNIT = "money"
_COUNTS = (
    "orders", "buyers", "visitors", "views", "searches", "items", "skus", "tickets", "reviews", "refunds", "mentions", "impressions",
    "clicks", "inquiries",
)  # fmt: skip


def metric_tree(
    metric: Metric, declared: Declarations, measures: dict[str, str], *, suffix: str = "", daily: bool
) -> exp.Expr:
    """The formula over measure columns (with `suffix`). Divisions are by sums and unknown when they divide by nothing.

    `daily`: whether a cell is one day at most, so that counts by day stand for it.
    """

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            if node.name in declared.measures and not measures[node.name]:
                return number(0)  # nothing of it lies in the period
            if node.name in declared.measures:
                return col(measures[node.name] + suffix)
            inner = declared.metrics[node.name]
            return exp.paren(metric_tree(inner, declared, measures, suffix=suffix, daily=daily))
        if isinstance(node, exp.Anonymous) and node.name.upper() == DAILY:
            value = node.expressions[0]
            return value if daily else piece("CASE WHEN _x = 0 THEN 0 END", x=value)
        if isinstance(node, exp.Div):
            return piece("CAST(_a AS DOUBLE) / NULLIF(_b, 0)", a=node.this, b=node.expression)
        return node

    tree: exp.Expr = metric.formula.copy()
    return _bottom_up(tree, rewrite)


def _bottom_up(node: exp.Expr, rewrite: object) -> exp.Expr:
    """Rewrite children before their parent: a division's parts are done when the division is."""
    if not isinstance(node, exp.Column):
        for key, child in list(node.args.items()):
            if isinstance(child, exp.Expr):
                node.set(key, _bottom_up(child, rewrite))
            elif isinstance(child, list):
                node.set(key, [_bottom_up(c, rewrite) if isinstance(c, exp.Expr) else c for c in child])
    made: exp.Expr = rewrite(node)  # type: ignore[operator]
    return made


def is_ratio(metric: Metric, declared: Declarations) -> bool:
    if metric.formula.find(exp.Div):
        return True
    return any(is_ratio(declared.metrics[n], declared) for n in names_in(metric.formula) if n not in declared.measures)


def as_cell(tree: exp.Expr, metric: Metric, declared: Declarations) -> exp.Expr:
    """The value as it is answered: money with 4 decimals and shares with 6 as text, counts as whole numbers, the rest as text."""
    if metric.unit == SHARE_UNIT:
        return piece("CAST(CAST(_x AS DECIMAL(38, 6)) AS TEXT)", x=tree)
    if metric.unit in _COUNTS and not is_ratio(metric, declared):
        return exp.cast(tree, "BIGINT")
    return piece("CAST(CAST(_x AS DECIMAL(38, 4)) AS TEXT)", x=tree)


def changes_by_hand(metric: Metric, declared: Declarations) -> bool:
    """Whether the change follows from the two figures as they are answered, so that no statement need work it out: their digits are
    all there, as they are not in a ratio or a share."""
    return metric.unit != SHARE_UNIT and not is_ratio(metric, declared)


def change_of(now: Cell, before: Cell) -> str | None:
    """The change as a share of the earlier value, with 6 decimals; None where one is unknown or the earlier one is nothing."""
    if now is None or before is None:
        return None
    earlier = float(before)
    return f"{(float(now) - earlier) / abs(earlier) or 0.0:.6f}".replace("-0.000000", "0.000000") if earlier else None


def change_cell(now: exp.Expr, before: exp.Expr, metric: Metric) -> exp.Expr:
    """The change as a share of the earlier value; for shares the difference, in points of one (0.01 = one percentage point)."""
    if metric.unit == SHARE_UNIT:
        return piece("CAST(CAST(_a - _b AS DECIMAL(38, 6)) AS TEXT)", a=exp.paren(now), b=exp.paren(before))
    return piece(
        "CAST(CAST((CAST(_a AS DOUBLE) - _b) / NULLIF(ABS(_b), 0) AS DECIMAL(38, 6)) AS TEXT)",
        a=exp.paren(now),
        b=exp.paren(before),
    )
