"""Small pieces of SQL as SQLGlot trees, and the parameters that a statement binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp

Path = tuple[object, ...]

NULLS: Mapping[str, str] = {"money": "DECIMAL(38, 4)", "quantity": "DECIMAL(38, 4)", "count": "BIGINT"}


@lru_cache(maxsize=512)
def _parsed(template: str) -> exp.Expression:
    return sqlglot.parse_one(template, dialect="duckdb")


def piece(template: str, **holes: exp.Expression) -> exp.Expression:
    """The tree of a template whose columns named `_x` are replaced by the trees given as `x`."""

    def fill(node: exp.Expression) -> exp.Expression:
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


def named(tree: exp.Expression, name: str) -> exp.Alias:
    return exp.alias_(tree, exp.to_identifier(name, quoted=True))


def shifted(tree: exp.Expression, count: int, unit: str) -> exp.Expression:
    """A timestamp so many MINUTEs, DAYs or MONTHs later."""
    if count == 0:
        return tree
    interval = exp.Interval(this=exp.Literal.string(str(abs(count))), unit=exp.Var(this=unit))
    return (exp.Add if count > 0 else exp.Sub)(
        this=exp.paren(tree) if isinstance(tree, exp.Binary) else tree, expression=interval
    )


def sum_of(tree: exp.Expression) -> exp.Expression:
    return exp.Sum(this=tree)


def all_of(conditions: Iterable[exp.Expression]) -> exp.Expression | None:
    listed = list(conditions)
    return exp.and_(*listed) if listed else None


def union(selects: list[exp.Select]) -> exp.Expression:
    """UNION ALL of one select or more."""
    tree: exp.Expression = selects[0]
    for select in selects[1:]:
        tree = exp.union(tree, select, distinct=False, copy=False)
    return tree


class Parameters:
    """Numbers the values that a statement binds: `$1`, `$2` …; `paths` says where each value comes from at run time."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._numbers: dict[Path, int] = {}

    def bind(self, *path: object) -> exp.Expression:
        if path not in self._numbers:
            self.paths.append(path)
            self._numbers[path] = len(self.paths)
        return exp.Parameter(this=exp.Literal.number(self._numbers[path]))
