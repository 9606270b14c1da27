"""Small pieces of SQL as SQLGlot trees, and the parameters that a statement binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

Path = tuple[Any, ...]

NULLS: Mapping[str, str] = {"money": "DECIMAL(38, 4)", "quantity": "DECIMAL(38, 4)", "count": "BIGINT"}


@lru_cache(maxsize=512)
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template, dialect="duckdb")


def piece(template: str, **holes: exp.Expr) -> exp.Expr:
    """The tree of a template whose columns named `_x` are replaced by the trees given as `x`."""

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.startswith("_") and node.name[1:] in holes:
            return (
                exp.paren(holes[node.name[1:]].copy())
                if isinstance(holes[node.name[1:]], exp.Binary)
                else holes[node.name[1:]].copy()
            )
        return node

    return _parsed(template).copy().transform(fill)


def col(name: str, table: str = "") -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table or None)


def number(value: int) -> exp.Literal | exp.Neg:
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def named(tree: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=tree, alias=exp.to_identifier(name, quoted=True))


def shifted(tree: exp.Expr, count: int, unit: str) -> exp.Expr:
    """A timestamp so many MINUTEs, DAYs or MONTHs later."""
    if count == 0:
        return tree
    interval = exp.Interval(this=exp.Literal.string(str(abs(count))), unit=exp.Var(this=unit))
    return (exp.Add if count > 0 else exp.Sub)(
        this=exp.paren(tree) if isinstance(tree, exp.Binary) else tree, expression=interval
    )


def sum_of(tree: exp.Expr) -> exp.Expr:
    return exp.Sum(this=tree)


def all_of(conditions: Iterable[exp.Expr]) -> exp.Expr | None:
    listed = list(conditions)
    return exp.and_(*listed) if listed else None


def union(selects: Sequence[exp.Query]) -> exp.Query:
    """UNION ALL of one select or more."""
    tree: exp.Query = selects[0]
    for select in selects[1:]:
        tree = exp.union(tree, select, distinct=False, copy=False)
    return tree


def as_table(tree: exp.Query, alias: str) -> exp.Subquery:
    """A query as a table of another one's FROM."""
    return tree.subquery(alias, copy=False)


class Parameters:
    """Numbers the values that a statement binds: `$1`, `$2` …; `paths` says where each value comes from at run time."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._numbers: dict[Path, int] = {}

    def bind(self, *path: Any) -> exp.Expr:
        if path not in self._numbers:
            self.paths.append(path)
            self._numbers[path] = len(self.paths)
        return exp.Parameter(this=exp.Literal.number(self._numbers[path]))
