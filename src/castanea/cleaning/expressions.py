"""Turns a mapping's expressions into Polars expressions over typed columns. Numbers are exact decimals throughout."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal

import polars as pl

from castanea.cleaning.numbers import DECIMAL
from castanea.cleaning.places import city_of, province_of
from castanea.cleaning.written import written_day, written_number, written_time
from castanea.contracts.mappings import Constant, Expression, Template, Value

Words = Mapping[str, Mapping[str, str]]
Patterns = Mapping[str, tuple[tuple[str, str], ...]]


class Compiler:
    """`words` and `patterns` are the mapping's own tables of values; `zone` is the zone of its days."""

    def __init__(self, words: Words, patterns: Patterns, zone: str) -> None:
        self._words, self._patterns, self._zone = words, patterns, zone

    def value(self, value: Value) -> pl.Expr:
        """The expression of a value to be set."""
        if isinstance(value, Constant):
            return _literal(value.value)
        if isinstance(value, Template):
            parts = [pl.lit(p) if i % 2 == 0 else _as_text(pl.col(p)).fill_null("") for i, p in enumerate(value.parts)]
            return pl.concat_str(parts)
        return self._node(value.tree, value)

    def node(self, node: ast.expr, of: Expression) -> pl.Expr:
        """The expression of a part of `of`."""
        return self._node(node, of)

    def condition(self, value: Expression | None) -> pl.Expr:
        """True where the condition holds; unknown is not true."""
        return pl.lit(value=True) if value is None else self._node(value.tree, value).fill_null(value=False)

    def _node(self, node: ast.expr, of: Expression) -> pl.Expr:
        if isinstance(node, ast.Name):
            return pl.col(node.id)
        if isinstance(node, ast.Constant):
            number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
            return _literal(of.number(node)) if number else _literal(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.BoolOp):
            sides = [self._node(side, of).fill_null(value=False) for side in node.values]
            return pl.all_horizontal(sides) if isinstance(node.op, ast.And) else pl.any_horizontal(sides)
        if isinstance(node, ast.UnaryOp):
            inner = self._node(node.operand, of)
            return ~inner.fill_null(value=False) if isinstance(node.op, ast.Not) else -inner
        if isinstance(node, ast.BinOp):
            return _ARITHMETIC[type(node.op)](self._node(node.left, of), self._node(node.right, of))
        if isinstance(node, ast.Compare):
            return self._compare(node, of)
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        return self._call(node.func.id, node.args, of)

    def _compare(self, node: ast.Compare, of: Expression) -> pl.Expr:
        parts, left = [], node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                inside = self._node(left, of).is_in(
                    [item.value for item in ast.walk(right) if isinstance(item, ast.Constant)]
                )
                parts.append(inside if isinstance(operator, ast.In) else ~inside)
            else:
                parts.append(_COMPARISONS[type(operator)](self._node(left, of), self._node(right, of)))
            left = right
        return pl.all_horizontal(parts) if len(parts) > 1 else parts[0]

    def _call(self, name: str, args: list[ast.expr], of: Expression) -> pl.Expr:
        if name in ("word", "pattern"):
            key = args[1].value if isinstance(args[1], ast.Constant) else ""
            table = self._word if name == "word" else self._pattern
            return table(_as_text(self._node(args[0], of)), str(key))
        if name in ("starts", "ends", "matches"):
            text = _as_text(self._node(args[0], of))
            wanted = str(args[1].value) if isinstance(args[1], ast.Constant) else ""
            return {"starts": text.str.starts_with, "ends": text.str.ends_with, "matches": text.str.contains}[name](
                wanted
            )
        values = [self._node(arg, of) for arg in args]
        if name in ("extract", "replace"):
            pattern, *instead = (str(arg.value) if isinstance(arg, ast.Constant) else "" for arg in args[1:])
            text = _as_text(values[0])
            return text.str.replace_all(pattern, instead[0]) if instead else text.str.extract(pattern, 1)
        if name == "part":
            separator, number = (arg.value if isinstance(arg, ast.Constant) else "" for arg in args[1:])
            return values[0].str.split(str(separator)).list.get(int(str(number)) - 1, null_on_oob=True)
        if name == "round":
            places = args[1].value if isinstance(args[1], ast.Constant) else 4
            return values[0].round(int(str(places)))
        if name == "day":
            return values[0].dt.convert_time_zone(self._zone).dt.date()
        if name == "time":
            return written_time(values[0], self._zone)
        return _FUNCTIONS[name](values)

    def _word(self, text: pl.Expr, table: str) -> pl.Expr:
        words = self._words.get(table, {})
        return text.str.strip_chars().replace_strict(
            list(words), list(words.values()), default=None, return_dtype=pl.String
        )

    def _pattern(self, text: pl.Expr, table: str) -> pl.Expr:
        chain: pl.Expr = pl.lit(None, pl.String)
        for pattern, result in reversed(self._patterns.get(table, ())):
            matched = pl.lit(value=True) if not pattern else text.str.contains(pattern).fill_null(value=False)
            chain = pl.when(matched).then(pl.lit(result)).otherwise(chain)
        return chain


def _literal(value: str | int | bool | Decimal | None) -> pl.Expr:
    if isinstance(value, bool) or value is None:
        return pl.lit(value)
    if isinstance(value, int | Decimal):
        return pl.lit(Decimal(value)).cast(DECIMAL)
    return pl.lit(value)


def _as_text(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String)


def _join(values: list[pl.Expr]) -> pl.Expr:
    """The second and further values with the first between them, empty ones left out."""
    lists = pl.concat_list([_as_text(value) for value in values[1:]]).list.drop_nulls()
    return lists.list.join(values[0])


_ARITHMETIC: dict[type, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: pl.when(b != 0).then(a) / b,
}
_COMPARISONS: dict[type, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
_FUNCTIONS: dict[str, Callable[[list[pl.Expr]], pl.Expr]] = {
    "empty": lambda v: v[0].is_null(),
    "filled": lambda v: v[0].is_not_null(),
    "first": pl.coalesce,
    "abs": lambda v: v[0].abs(),
    "least": pl.min_horizontal,
    "greatest": pl.max_horizontal,
    "choose": lambda v: pl.when(v[0].fill_null(value=False)).then(v[1]).otherwise(v[2]),
    "join": _join,
    "lower": lambda v: v[0].str.to_lowercase(),
    "upper": lambda v: v[0].str.to_uppercase(),
    "number": lambda v: written_number(_as_text(v[0])),
    "date": lambda v: written_day(_as_text(v[0])),
    "days": lambda v: (v[1] - v[0]).dt.total_days().cast(DECIMAL),
    "add_days": lambda v: v[0].dt.offset_by(pl.concat_str(v[1].cast(pl.Int64).cast(pl.String), pl.lit("d"))),
    "month_end": lambda v: v[0].dt.month_end(),
    "province": lambda v: province_of(v[0]),
    "city": lambda v: city_of(v[0]),
}
