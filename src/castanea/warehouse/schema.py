"""The physical schema, derived from the contracts: `fact.<table>`, `rollup.<plan>`, `book.booking`, `book.meta`, `book.plan`.

A fact table holds its landed and derived columns and the loader's own:

* `_key`, `_content`: 128-bit hashes (see `keys`); immutable tables have no `_content`;
* `_offset`: the log offset of the batch that holds the row's present state;
* `_place`: the number of the transaction that last wrote the row. Rows lie in the file in the order of `_place`, so a look-up by
  place reads a few row groups whatever the file's size. It depends on how batches were grouped, so it is in no checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.table import DUCKDB, Column, Table
from castanea.contracts.tables import TABLES

FORMAT = 1  # of the physical schema; a file of another format is rebuilt

BOOKING_COLUMNS = (
    "offset", "table", "source", "import_id", "derived", "received", "loaded", "duplicates", "superseded", "quarantined", "suspects",
)  # fmt: skip


def quoted(name: str) -> str:
    """An identifier from a contract or a plan, quoted for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def fact(table: str) -> str:
    return f"fact.{quoted(table)}"


def rollup(plan: str) -> str:
    return f"rollup.{quoted(plan)}"


def contract_columns(table: Table) -> tuple[Column, ...]:
    """Landed and derived columns, in the order in which the fact table holds them."""
    return (*table.landed, *table.derived)


def physical_names(table: Table) -> tuple[str, ...]:
    """All column names of the fact table, in order."""
    own = ("_key", "_offset", "_place") if table.immutable else ("_key", "_content", "_offset", "_place")
    return (*(c.name for c in contract_columns(table)), *own)


def create_fact(table: Table) -> str:
    columns = [f"{quoted(c.name)} {DUCKDB[c.type]}" for c in contract_columns(table)]
    columns.append("_key UHUGEINT")
    if not table.immutable:
        columns.append("_content UHUGEINT")
    columns += ["_offset BIGINT", "_place BIGINT"]
    return f"CREATE TABLE {fact(table.name)} ({', '.join(columns)})"


def create_rollup(plan: RollupPlan) -> str:
    bucket = "DATE" if plan.grain == "day" else "TIMESTAMP"
    columns = [
        f"bucket {bucket}",
        *(f"{quoted(c.name)} {c.type}" for c in (*plan.dimensions, *plan.measures)),
        "n BIGINT",
    ]
    return f"CREATE TABLE {rollup(plan.name)} ({', '.join(columns)})"


def create_books() -> list[str]:
    booking = (
        'CREATE TABLE book.booking ("offset" BIGINT, "table" VARCHAR, source VARCHAR, import_id VARCHAR, derived BOOLEAN, '
        "received BIGINT, loaded BIGINT, duplicates BIGINT, superseded BIGINT, quarantined BIGINT, suspects BIGINT)"
    )
    return [
        booking,
        "CREATE TABLE book.meta (name VARCHAR, value VARCHAR)",
        "CREATE TABLE book.plan (name VARCHAR, digest VARCHAR)",
    ]


def create_all() -> list[str]:
    """Statements for an empty file, without rollups."""
    schemas = [f"CREATE SCHEMA {name}" for name in ("fact", "rollup", "book")]
    return [*schemas, *(create_fact(t) for t in TABLES.values()), *create_books()]


def contract_digest() -> str:
    """Changes whenever a fact table's physical columns change; a file with another digest is rebuilt from the log."""
    return _digest([str(FORMAT), *(create_fact(t) for t in TABLES.values()), *create_books()])


def plan_digest(plan: RollupPlan, zone: str) -> str:
    """Changes whenever a rollup's rows could: its declaration, or the zone of its days."""
    return _digest([repr(plan), zone if plan.grain == "day" else ""])


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
