"""The small expression language of mappings: arithmetic, comparison, a fixed list of functions; nothing else can be said in it.

An expression names columns of the file by their name in the mapping (`quantity * unit_price`, `starts(invoice, 'C')`). A text with
braces is a template (`{invoice}/{stock_code}`). `cleaning` turns both into vectorised operations; here they are only read and checked.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from castanea.kit.errors import InputError

# name → (fewest, most) arguments; what each does is said in docs/explanation/reading-files.md
FUNCTIONS: dict[str, tuple[int, int]] = {
    "empty": (1, 1),
    "filled": (1, 1),
    "starts": (2, 2),
    "ends": (2, 2),
    "matches": (2, 2),
    "first": (1, 9),
    "abs": (1, 1),
    "least": (2, 9),
    "greatest": (2, 9),
    "choose": (3, 3),
    "word": (2, 2),
    "pattern": (2, 2),
    "join": (2, 12),
    "lower": (1, 1),
    "upper": (1, 1),
    "part": (3, 3),
    "day": (1, 1),
    "province": (1, 1),
    "city": (1, 1),
    "round": (2, 2),
    "extract": (2, 2),
    "replace": (3, 3),
    "number": (1, 1),
    "date": (1, 1),
    "time": (1, 1),
    "days": (2, 2),
    "add_days": (2, 2),
    "month_end": (1, 1),
}
EXPORTED_AT = "exported_at"  # a name that every expression may use: the export's own time
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant, ast.Call, ast.Tuple,
)  # fmt: skip
_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Expression:
    """A checked expression: its text, its tree, and the names it uses."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def number(self, node: ast.Constant) -> Decimal:
        """The exact decimal that stands in the text for a number."""
        return Decimal(ast.get_source_segment(self.text, node) or str(node.value))


@dataclass(frozen=True)
class Template:
    """`parts` alternates fixed text and column names, beginning with text."""

    text: str
    parts: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.parts[1::2])


@dataclass(frozen=True)
class Constant:
    value: str | int | bool | Decimal | None

    @property
    def names(self) -> frozenset[str]:
        return frozenset()


Value = Expression | Template | Constant


def parse_expression(text: str, known: Collection[str], where: str) -> Expression:
    """Read an expression whose names must be in `known`. Raises InputError naming `where`, the fault and the valid choices."""
    source = str(text).strip()
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise InputError(
            f"{where}: '{source}' is no expression ({error.msg}); write for example: quantity * unit_price"
        ) from error
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise InputError(
                f"{where}: '{source}' uses {type(node).__name__}, which the mapping language does not have"
            )
        if isinstance(node, ast.Call):
            _check_call(node, source, where)
        elif isinstance(node, ast.Name) and id(node) not in calls:
            names.add(node.id)
    _check_names(names, known, source, where)
    return Expression(source, tree.body, frozenset(names))


def parse_value(raw: object, known: Collection[str], where: str) -> Value:
    """Read what a mapping sets a column to: `{is: constant}`, a template with braces, or an expression."""
    if isinstance(raw, dict):
        if set(raw) != {"is"}:
            raise InputError(f"{where}: a constant is written {{is: value}}, not {raw}")
        return Constant(raw["is"])
    if raw is None or isinstance(raw, bool | int):
        return Constant(raw)
    text = str(raw)
    if not _HOLE.search(text):
        return parse_expression(text, known, where)
    parts = tuple(_HOLE.split(text))
    _check_names(set(parts[1::2]), known, text, where)
    return Template(text, parts)


def _check_call(node: ast.Call, source: str, where: str) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else "?"
    if name not in FUNCTIONS or node.keywords:
        raise InputError(f"{where}: '{source}' calls {name}; the functions are {', '.join(sorted(FUNCTIONS))}")
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(node.args) <= most:
        raise InputError(f"{where}: {name} takes {fewest} to {most} values, not {len(node.args)}, in '{source}'")


def _check_names(names: set[str], known: Collection[str], source: str, where: str) -> None:
    unknown = sorted(names - set(known))
    if unknown:
        raise InputError(
            f"{where}: '{source}' names {', '.join(unknown)}; the names here are {', '.join(sorted(known))}"
        )
