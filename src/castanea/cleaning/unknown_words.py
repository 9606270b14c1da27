"""Words of a status column that a format's table does not hold: their rows are kept, and the words are told after the import."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import polars as pl

from castanea.cleaning.expressions import Compiler
from castanea.contracts.mappings import Expression, Mapping, Value

_MOST = 50  # different words kept in mind


class UnknownWords:
    """Counts them over the chunks of one file."""

    def __init__(self, mapping: Mapping, compiler: Compiler) -> None:
        self._tables = mapping.statuses
        asked = {
            (table, ast.unparse(node)): (node, of) for table, node, of in _asked(mapping) if table in mapping.statuses
        }
        self._values = [
            (table, compiler.node(node, of).cast(pl.String).str.strip_chars())
            for (table, _), (node, of) in asked.items()
        ]
        self.found: dict[str, Counter[str]] = {table: Counter() for table, _ in self._values}

    def count(self, frame: pl.DataFrame) -> None:
        """Count the words of a chunk (typed and defined)."""
        for table, value in self._values:
            words = frame.select(value.alias("w"))["w"].drop_nulls()
            strange = words.filter(~words.is_in(list(self._tables[table])))
            for word, count in strange.value_counts().iter_rows():
                if word in self.found[table] or len(self.found[table]) < _MOST:
                    self.found[table][word] += count

    def sentences(self) -> list[str]:
        """One per table with unknown words, the most frequent first."""
        return [
            f"words of {table} that the format does not know: "
            + ", ".join(f"{word} ({count:,} rows)" for word, count in found.most_common(10))
            + "; see how they were read, and add them to the format's statuses"
            for table, found in self.found.items()
            if found
        ]


def _asked(mapping: Mapping) -> Iterator[tuple[str, ast.expr, Expression]]:
    """Every `word(value, table)` of a mapping: the table's name, the value, the expression it stands in."""
    rules = (*mapping.rows, *mapping.also)
    values: list[Value | None] = [*mapping.define.values(), *(rule.when for rule in rules)]
    values += [value for rule in rules for value in rule.values.values()]
    values += [value for meaning in mapping.meanings for choice in meaning.choices for value in choice.define.values()]
    for expression in values:
        if isinstance(expression, Expression):
            for node in ast.walk(expression.tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "word":
                    table = node.args[1]
                    yield str(table.value) if isinstance(table, ast.Constant) else "", node.args[0], expression
