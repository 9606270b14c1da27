"""Expressions of declarations: parsed by SQLGlot, held against an allow-list, never executed as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.semantics.model import Place

DAILY = "DAILY"
WORKSPACE_CURRENCY = "WORKSPACE_CURRENCY"
HOURS = "HOURS"
CELL_END = "CELL_END"

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg,
    exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Abs, exp.Least, exp.Greatest,
)  # fmt: skip
_OWN = {DAILY: 1, WORKSPACE_CURRENCY: 0, HOURS: 2, CELL_END: 0}
_SQL_FUNCTIONS = ("ABS", "CASE", "COALESCE", "GREATEST", "LEAST", "NULLIF")
OF_ROWS, OF_LEVELS, OF_METRICS = (HOURS, WORKSPACE_CURRENCY), (HOURS, WORKSPACE_CURRENCY, CELL_END), (DAILY,)
_HOURS = sqlglot.parse_one(
    "CAST((EXTRACT(EPOCH FROM CAST(_b AS TIMESTAMP)) - EXTRACT(EPOCH FROM CAST(_a AS TIMESTAMP))) / 3600 AS DECIMAL(18, 4))",
    dialect="duckdb",
)


class DeclarationError(InputError):
    """A declaration is wrong; the message names the file, the line and the valid choices."""

    code = "declaration.wrong"

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}", values={"file": place.file, "line": place.line, "problem": message})


def parse(
    text: object, known: Iterable[str], place: Place, what: str = "column", own: Iterable[str] = OF_ROWS
) -> exp.Expr:
    """Return the expression of a declaration's text; `known` are the names it may use, `own` our functions.

    Raises DeclarationError for anything but arithmetic, comparisons and the functions said over known names.
    """
    try:
        tree = sqlglot.parse_one(str(text), dialect="duckdb")
    except (ParseError, TokenError) as error:
        raise DeclarationError(
            place, f"{text!r} cannot be read as a formula ({str(error).splitlines()[0]})."
        ) from error
    names = set(known)
    for node in tree.walk():
        _check(node, names, place, what, tuple(own))
    return tree.transform(_quoted)


def _check(node: exp.Expr, names: set[str], place: Place, what: str, own: tuple[str, ...]) -> None:
    if isinstance(node, exp.Column):
        if node.table or node.name not in names:
            close = nearest(node.name, names)
            raise DeclarationError(
                place, f"unknown {what} {node.sql()!r}{close.hint}; known: {', '.join(sorted(names))}."
            )
        return
    if (
        isinstance(node, exp.Anonymous)
        and node.name.upper() in own
        and len(node.expressions) == _OWN[node.name.upper()]
    ):
        return
    if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
        raise DeclarationError(place, "IN takes a list of values, not a query.")
    if not isinstance(node, _ALLOWED):
        raise DeclarationError(
            place,
            f"{node.sql()!r} is not allowed in a formula. Use + - * /, comparisons, AND OR NOT, IN, BETWEEN and {', '.join((*_SQL_FUNCTIONS, *own))}.",
        )


def _quoted(node: exp.Expr) -> exp.Expr:
    return exp.column(exp.to_identifier(node.name, quoted=True)) if isinstance(node, exp.Column) else node


def names_in(tree: exp.Expr) -> tuple[str, ...]:
    """The names that an expression uses, each once, in order."""
    return tuple(dict.fromkeys(c.name for c in tree.find_all(exp.Column, bfs=False)))


def on_alias(
    tree: exp.Expr,
    alias: str,
    currency: str,
    looked_up: Mapping[str, exp.Expr] | None = None,
    end: exp.Expr | None = None,
) -> exp.Expr:
    """The expression with its columns taken from the table `alias` (those in `looked_up` from where they were found), the workspace's
    currency and the `end` of the cell filled in, and HOURS(a, b) written out."""
    known = looked_up or {}

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in known:
            return known[node.name].copy()
        if isinstance(node, exp.Column) and alias and not node.table:
            return exp.column(exp.to_identifier(node.name, quoted=True), table=alias)
        if isinstance(node, exp.Anonymous):
            return _own(node, currency, end)
        return node

    return _from_below(tree.copy(), rewrite)


def _own(node: exp.Anonymous, currency: str, end: exp.Expr | None) -> exp.Expr:
    name = node.name.upper()
    if name == WORKSPACE_CURRENCY:
        return exp.Literal.string(currency)
    if name == HOURS:
        since, until = node.expressions
        holes = {"_a": since, "_b": until}
        tree: exp.Expr = _HOURS.copy()
        for hole in list(tree.find_all(exp.Column)):
            hole.replace(holes[hole.name].copy())
        return tree
    return end.copy() if name == CELL_END and end is not None else node


def _from_below(node: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Rewrite children before their parent, so that what a rewrite puts in is not rewritten again."""
    if not isinstance(node, exp.Column):
        for key, child in list(node.args.items()):
            if isinstance(child, exp.Expr):
                node.set(key, _from_below(child, rewrite))
            elif isinstance(child, list):
                node.set(key, [_from_below(c, rewrite) if isinstance(c, exp.Expr) else c for c in child])
    return rewrite(node)
