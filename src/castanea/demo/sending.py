"""What the world sends, in the sent form of the canonical tables. Every fact has a version that follows from the world alone, so that
sending a span again, or overlapping ones, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from castanea.contracts.tables import TABLES
from castanea.demo.arrow import Ints, times

BEGINNING, END = -(2**62), 2**62


def sent(table: str, columns: Mapping[str, pa.Array], version: Ints) -> pa.Table:
    """A table in its sent form with its system columns; columns not given are empty. `version` is µs UTC."""
    schema, rows = TABLES[table].sent_schema, len(version)
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise ValueError(f"{table} has no column {sorted(unknown)}")
    if "updated_at" in schema.names and "updated_at" not in columns:
        columns = {**columns, "updated_at": times(version)}
    arrays = [_typed(columns[f.name], f.type) if f.name in columns else pa.nulls(rows, f.type) for f in schema]
    fields = [pa.field(f.name, f.type) for f in schema]
    arrays += [times(version), pa.array(np.ones(rows, dtype=np.int64)), pa.array(np.arange(1, rows + 1))]
    fields += [
        pa.field("_version", pa.timestamp("us", tz="UTC")),
        pa.field("_occurrence", pa.int64()),
        pa.field("_row", pa.int64()),
    ]
    return pa.table(arrays, schema=pa.schema(fields))


def _typed(column: pa.Array, type_: pa.DataType) -> pa.Array:
    return column if column.type == type_ else column.cast(type_)


def between(version: Ints, after: int, until: int) -> Ints:
    """Which rows took their present state in the span (after, until]."""
    return np.flatnonzero((version > after) & (version <= until))


def dates(days: list[date]) -> pa.Array:
    return pa.array(days, pa.date32())
