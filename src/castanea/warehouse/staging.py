"""Landed batches into staged tables: one temporary table per canonical table, with each row's hashes and its place in log order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from castanea.contracts.log import LandedBatch
from castanea.contracts.table import ARROW, DUCKDB, Table, Type
from castanea.contracts.tables import TABLES
from castanea.warehouse.keys import content_expression, key_expression
from castanea.warehouse.schema import quoted

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
_NAIVE = pa.timestamp("us")
HALVES = "({0} >> 64)::UBIGINT, ({0} & 18446744073709551615::UHUGEINT)::UBIGINT"


@dataclass
class Staged:
    """Arrivals of one table in log order. `batch` numbers the landed batch of each row, or is -1 for its rejects."""

    table: Table
    name: str  # the temporary table; `_ord` numbers its rows from 0
    batch: I64
    key_high: U64
    key_low: U64
    version: I64
    content_high: U64
    content_low: U64


def gather(batches: Sequence[LandedBatch]) -> dict[str, tuple[list[pa.Table], I64, I64]]:
    """Per table: the parts, each row's batch number (-1: a reject), each row's offset."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    numbers: dict[str, list[I64]] = defaultdict(list)
    offsets: dict[str, list[I64]] = defaultdict(list)

    def take(table: str, rows: pa.Table, number: int, offset: int) -> None:
        if rows.num_rows:
            parts[table].append(rows)
            numbers[table].append(np.full(rows.num_rows, number, np.int64))
            offsets[table].append(np.full(rows.num_rows, offset, np.int64))

    for number, landed in enumerate(batches):
        take(landed.batch.table, landed.batch.rows, number, landed.offset)
        if landed.batch.rejects is not None:
            take("quarantine", landed.batch.rejects, -1, landed.offset)
    return {name: (parts[name], np.concatenate(numbers[name]), np.concatenate(offsets[name])) for name in parts}


def stage(con: duckdb.DuckDBPyConnection, name: str, parts: list[pa.Table], batch: I64, offsets: I64) -> Staged:
    table = TABLES[name]
    arrived = pa.concat_tables([_as_declared(part, table) for part in parts])
    empty = {name for name in arrived.column_names if arrived.column(name).null_count == arrived.num_rows}
    arrived = (
        arrived.drop_columns(list(empty))
        .append_column("_offset", pa.array(offsets))
        .append_column("_ord", pa.array(np.arange(len(offsets), dtype=np.int32)))
    )
    con.register("arrived", arrived)
    landed = ", ".join(
        f"NULL::{DUCKDB[c.type]} AS {quoted(c.name)}" if c.name in empty else quoted(c.name) for c in table.landed
    )
    content = "" if table.immutable else f"{content_expression(table, empty)} AS _content, "
    target = f"temp.stage_{name}"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT {landed}, {key_expression(table, empty)} AS _key, {content}_offset, _ord FROM arrived"
    )
    con.unregister("arrived")
    return _fetch_hashes(con, table, target, batch)


def _fetch_hashes(con: duckdb.DuckDBPyConnection, table: Table, target: str, batch: I64) -> Staged:
    halves = HALVES.format("_key") + ("" if table.immutable else f", {HALVES.format('_content')}, epoch_us(_version)")
    names = (
        ["key_high", "key_low"]
        if table.immutable
        else ["key_high", "key_low", "content_high", "content_low", "version"]
    )
    columns = con.execute(f"SELECT {halves}, _ord FROM {target}").fetchnumpy()
    arrays = dict(zip([*names, "ord"], columns.values(), strict=True))
    ordinal = arrays.pop("ord")
    if np.any(ordinal[1:] < ordinal[:-1]):
        order = np.argsort(ordinal)
        arrays = {key: value[order] for key, value in arrays.items()}
    none = np.zeros(len(batch) if table.immutable else 0, np.uint64)
    return Staged(
        table,
        target,
        batch,
        arrays["key_high"],
        arrays["key_low"],
        arrays.get("version", none.astype(np.int64)),
        arrays.get("content_high", none),
        arrays.get("content_low", none),
    )


def _as_declared(rows: pa.Table, table: Table) -> pa.Table:
    """The landed columns in order and in our types; a column that the batch's contract version did not have yet is null."""
    present = set(rows.column_names)
    columns = []
    for column in table.landed:
        kind = _NAIVE if column.type is Type.TIMESTAMP else ARROW[column.type]
        if column.name not in present:
            columns.append(pa.chunked_array([_nulls(kind, rows.num_rows)]))
            continue
        given = rows.column(column.name)
        columns.append(given if given.type == kind else given.cast(kind))
    return pa.table(columns, names=[c.name for c in table.landed])


def _nulls(kind: pa.DataType, count: int) -> pa.Array:
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, pa.nulls(count, kind.storage_type))
    return pa.nulls(count, kind)
