"""Order-free checksums: for each table the number of rows and the sum of 128-bit row hashes.

Over facts, rollups and import books. Not hashed: `_place` (depends on how batches were grouped), `_offset` and `_row` (depend on which
of several equal arrivals came first).
"""

from __future__ import annotations

import duckdb

from castanea.contracts.warehouse import TableSum
from castanea.warehouse.schema import quoted

_LEFT_OUT = frozenset({"_place", "_offset", "_row"})
_MODULUS = 1 << 128
_LOW = "18446744073709551615::UHUGEINT"


def checksums(con: duckdb.DuckDBPyConnection) -> list[TableSum]:
    """Sorted by table name (`book.booking`, `fact.order`, `rollup.…`). Raises duckdb.Error when a block cannot be read."""
    tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
    listed = con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name IN ('fact', 'rollup') OR (schema_name = 'book' AND table_name = 'booking') ORDER BY 1, 2, column_index"
    ).fetchall()
    for schema, table, column, kind in listed:
        if schema == "book" or column not in _LEFT_OUT:
            tables.setdefault((schema, table), []).append((column, kind))
    return sorted(
        (_sum(con, schema, table, columns) for (schema, table), columns in tables.items()), key=lambda s: s.table
    )


def _sum(con: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[tuple[str, str]]) -> TableSum:
    text = ", ".join(f"coalesce({_text(name, kind)}, chr(30))" for name, kind in columns)
    row = con.execute(
        f"SELECT count(*), coalesce(sum((h >> 64)::UBIGINT), 0), coalesce(sum((h & {_LOW})::UBIGINT), 0) FROM "
        f"(SELECT md5_number(concat_ws(chr(31), {text})) AS h FROM {schema}.{quoted(table)})"
    ).fetchall()
    count, high, low = row[0]  # sums of UBIGINT are exact (HUGEINT); a sum of UHUGEINT would be a DOUBLE
    total = ((int(high) << 64) + int(low)) % _MODULUS
    return TableSum(f"{schema}.{table}", int(count), f"{total:032x}")


def _text(column: str, kind: str) -> str:
    name = quoted(column)
    if kind == "TIMESTAMP":
        return f"epoch_us({name})::VARCHAR"
    if kind == "UHUGEINT":  # its cast to text takes 60 µs a row, its halves' next to nothing
        return f"(({name} >> 64)::UBIGINT::VARCHAR || '.' || ({name} & {_LOW})::UBIGINT::VARCHAR)"
    if kind == "BLOB":
        return f"md5({name})"
    if kind.startswith("DECIMAL"):
        return f"{name}::VARCHAR"
    return name if kind == "VARCHAR" else f"{name}::VARCHAR"
