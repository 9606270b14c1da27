"""A metric written as products, sums and ratios of columns, read without running it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

Floats = npt.NDArray[np.float64]
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")
_HOW = "write it as revenue = visitors * conversion * order_value, with columns, numbers, + - * / and brackets; a name with blanks stands in `…`"


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Place:
    """Where a factor stands in the formula: `columns` is one column, or a numerator and a denominator that make one rate.

    `weights`: the places left of it in its product, by which its rows are weighted when several are put together; `summed` when none."""

    index: int
    label: str
    columns: tuple[tuple[tuple[float, str], ...], ...]
    weights: tuple[Node, ...]

    @property
    def summed(self) -> bool:
        return not self.weights and len(self.columns) == 1


@dataclass(frozen=True)
class Join:
    """`sign` of the right side: + - * /."""

    sign: str
    left: Node
    right: Node


Node = Number | Place | Join


@dataclass(frozen=True)
class Formula:
    """`places` in the order of the text; those of one label are one factor."""

    metric: str
    root: Node
    places: tuple[Place, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.label for p in self.places))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c for p in self.places for side in p.columns for _, c in side))


def read_formula(text: str, columns: Sequence[str]) -> Formula:
    """Raises InputError for anything but one metric, an equals sign, and columns joined by + - * / and brackets.

    A division that stands in a product or a sum, of columns or sums of columns (`orders / visitors`), is one factor: a rate."""
    plain = text.translate(str.maketrans("×÷＝（）＋－−", "*/=()+--"))
    quoted: list[str] = []

    def shelter(found: re.Match[str]) -> str:
        quoted.append(found[1].strip())
        return f"_quoted_{len(quoted) - 1}_"

    metric, equals, right = _QUOTED.sub(shelter, plain).partition("=")
    if not equals or not metric.strip() or "=" in right:
        raise InputError(f"--tree {text!r} is no metric; {_HOW}", code="analysis.bad_tree")
    try:
        body = ast.parse(right.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
        raise InputError(f"--tree {text!r} cannot be read; {_HOW}", code="analysis.bad_tree") from wrong
    aliases = {f"_quoted_{n}_": name for n, name in enumerate(quoted)}
    reader = _Reader(text, {unicodedata.normalize("NFKC", c): c for c in columns}, aliases)
    root = reader.node(body, (), nested=False)
    if not reader.places:
        raise InputError(f"--tree {text!r} names no column; {_HOW}", code="analysis.bad_tree")
    name = metric.strip()
    return Formula(aliases.get(name, name), root, tuple(reader.places))


def value(node: Node, values: Mapping[int, Floats]) -> Floats:
    """The formula with a value for each place; a division by zero is 0."""
    if isinstance(node, Number):
        return np.float64(node.value)  # type: ignore[return-value]
    if isinstance(node, Place):
        return values[node.index]
    left, right = value(node.left, values), value(node.right, values)
    if node.sign == "/":
        return np.divide(left, right, out=np.zeros(np.broadcast(left, right).shape), where=np.asarray(right) != 0)
    result: Floats = left + right if node.sign == "+" else left - right if node.sign == "-" else left * right
    return result


class _Reader:
    def __init__(self, text: str, columns: Mapping[str, str], aliases: Mapping[str, str]) -> None:
        self.text, self.columns, self.aliases = text, columns, aliases
        self.places: list[Place] = []

    def node(self, tree: ast.expr, weights: tuple[Node, ...], *, nested: bool) -> Node:
        if isinstance(tree, ast.Constant) and _is_number(tree.value):
            return Number(float(str(tree.value)))
        if isinstance(tree, ast.Name):
            return self._place(self._column(tree), (((1.0, self._column(tree)),),), weights)
        signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
        if not isinstance(tree, ast.BinOp) or type(tree.op) not in signs:
            raise InputError(
                f"--tree {self.text!r}: {ast.unparse(tree)[:60]!r} cannot stand in it; {_HOW}", code="analysis.bad_tree"
            )
        tree = self._cancelling(tree)
        sign = signs[type(tree.op)]
        if sign == "/" and (nested or weights):
            above, below = self._sum(tree.left), self._sum(tree.right)
            if above and below:
                return self._place(f"{_told(above)} / {_told(below)}", (above, below), weights)
        deeper = nested or sign != "/"
        left = self.node(tree.left, weights, nested=deeper)
        beside = (*weights, left) if sign == "*" and not isinstance(left, Number) else weights
        return Join(sign, left, self.node(tree.right, beside, nested=deeper))

    def _cancelling(self, tree: ast.BinOp) -> ast.BinOp:
        """visitors * orders / visitors, as it is meant: visitors * (orders / visitors)."""
        inner = tree.left
        if not isinstance(tree.op, ast.Div) or not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Mult):
            return tree
        below = {n.id for n in ast.walk(tree.right) if isinstance(n, ast.Name)}
        before = {n.id for n in ast.walk(inner.left) if isinstance(n, ast.Name)}
        return (
            ast.BinOp(inner.left, ast.Mult(), ast.BinOp(inner.right, ast.Div(), tree.right)) if below & before else tree
        )

    def _place(
        self, label: str, columns: tuple[tuple[tuple[float, str], ...], ...], weights: tuple[Node, ...]
    ) -> Place:
        self.places.append(Place(len(self.places), label, columns, weights))
        return self.places[-1]

    def _sum(self, tree: ast.expr) -> tuple[tuple[float, str], ...]:
        """A column or a sum of columns, signed; empty for anything else."""
        if isinstance(tree, ast.Name):
            return ((1.0, self._column(tree)),)
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub)):
            left, right = self._sum(tree.left), self._sum(tree.right)
            turn = -1.0 if isinstance(tree.op, ast.Sub) else 1.0
            return (*left, *((turn * s, c) for s, c in right)) if left and right else ()
        return ()

    def _column(self, tree: ast.Name) -> str:
        name = self.aliases.get(tree.id, tree.id)
        found = self.columns.get(unicodedata.normalize("NFKC", name))
        if found is None:
            near = nearest(name, self.columns.values())
            raise InputError(
                f"--tree {self.text!r}: there is no column {name!r}{near.hint}; the file's columns are {', '.join(self.columns.values())}",
                code="analysis.no_column",
                values={"column": name, "columns": list(self.columns.values())},
            )
        return found


def _told(side: tuple[tuple[float, str], ...]) -> str:
    text = side[0][1] + "".join(f" {'-' if s < 0 else '+'} {c}" for s, c in side[1:])
    return f"({text})" if len(side) > 1 else text


def _is_number(found: object) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool) and isfinite(found)
