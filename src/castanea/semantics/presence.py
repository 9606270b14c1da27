"""Which tables hold anything at all: what a tile asks before it says that its data was never imported."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from castanea.contracts.warehouse import Reader
from castanea.semantics.templates import named, text, union


def tables_with_rows(reader: Reader, tables: Iterable[str]) -> frozenset[str]:
    """Those of `tables` (canonical names) that hold at least one row; each is looked at for its first row only."""
    asked = sorted(set(tables))
    if not asked:
        return frozenset()
    selects = []
    for name in asked:
        table = exp.table_(exp.to_identifier(name, quoted=True), db="fact")
        inner = exp.select(exp.Literal.number(1)).from_(table)
        selects.append(exp.select(named(text(name), "name")).where(exp.Exists(this=inner)))
    return frozenset(reader.fetch(union(selects).sql(dialect="duckdb")).column(0).to_pylist())
