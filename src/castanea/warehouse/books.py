"""The warehouse's own books: how each landed batch was applied, and how far the log is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from castanea.contracts.log import Booking, LandedBatch
from castanea.warehouse.apply_facts import Settled
from castanea.warehouse.schema import BOOKING_COLUMNS, quoted
from castanea.warehouse.staging import I64, Staged
from castanea.warehouse.versions import DUPLICATE, LOADED, SUPERSEDED

FEW = 16


def bookings_of(batches: Sequence[LandedBatch], settled: Iterable[tuple[Staged, Settled]]) -> list[Booking]:
    """One booking per batch. Raises AssertionError when a row is not accounted for."""
    counts: dict[int, I64] = {fate: np.zeros(len(batches), np.int64) for fate in (LOADED, DUPLICATE, SUPERSEDED)}
    for staged, outcome in settled:
        for fate in counts:
            rows = staged.batch[(outcome.fates == fate) & (staged.batch >= 0)]
            counts[fate] += np.bincount(rows, minlength=len(batches))
    booked = []
    for number, landed in enumerate(batches):
        batch = landed.batch
        quarantined = batch.rejects.num_rows if batch.rejects is not None else 0
        loaded, duplicates, superseded = (int(counts[fate][number]) for fate in (LOADED, DUPLICATE, SUPERSEDED))
        if batch.received != loaded + duplicates + superseded + quarantined:
            raise AssertionError(
                f"batch {landed.offset} of {batch.table}: received {batch.received}, but loaded {loaded} + duplicates {duplicates} "
                f"+ superseded {superseded} + quarantined {quarantined}"
            )
        booked.append(
            Booking(
                landed.offset, batch.table, batch.source, batch.import_id, batch.derived, batch.received,
                loaded, duplicates, superseded, quarantined, batch.suspects,
            )
        )  # fmt: skip
    return booked


def write_bookings(con: duckdb.DuckDBPyConnection, booked: Sequence[Booking]) -> None:
    names = ", ".join(quoted(n) for n in BOOKING_COLUMNS)
    if len(booked) <= FEW:  # planned in a third of the time
        row = f"({', '.join('?' * len(BOOKING_COLUMNS))})"
        values = [getattr(b, name) for b in booked for name in BOOKING_COLUMNS]
        con.execute(f"INSERT INTO book.booking ({names}) VALUES {', '.join([row] * len(booked))}", values)
        return
    con.register("booked", pa.table({name: [getattr(b, name) for b in booked] for name in BOOKING_COLUMNS}))
    con.execute(f"INSERT INTO book.booking ({names}) SELECT {names} FROM booked")
    con.unregister("booked")


def read_bookings(con: duckdb.DuckDBPyConnection, import_id: str) -> list[Booking]:
    columns = ", ".join(quoted(n) for n in BOOKING_COLUMNS)
    rows = con.execute(
        f'SELECT {columns} FROM book.booking WHERE import_id = ? ORDER BY "offset"', [import_id]
    ).fetchall()
    return [Booking(*row) for row in rows]


def read_meta(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(con.execute("SELECT name, value FROM book.meta").fetchall())


def write_meta(con: duckdb.DuckDBPyConnection, values: Mapping[str, str]) -> None:
    """Set names that are there already."""
    branches = " ".join(["WHEN ? THEN ?"] * len(values))
    con.execute(
        f"UPDATE book.meta SET value = CASE name {branches} END WHERE name IN ({', '.join('?' * len(values))})",
        [*(part for pair in values.items() for part in pair), *values],
    )
