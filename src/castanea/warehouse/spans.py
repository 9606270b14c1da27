"""Which clocks of which tables a transaction touched, for `live` and for the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from castanea.contracts.log import LandedBatch
from castanea.contracts.rollup import RollupPlan
from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import Change
from castanea.warehouse.apply_facts import Moved
from castanea.warehouse.schema import quoted

Span = tuple[datetime | None, datetime | None]


class Spans:
    def __init__(self, plans: Sequence[RollupPlan]) -> None:
        """Clocks are the table's own time, its days, the derived times, and those that a plan counts by."""
        self._clocks: dict[str, list[str]] = {}
        for table in TABLES.values():
            wanted = {table.time} | {c.clock for plan in plans for c in plan.contributions if c.table == table.name}
            self._clocks[table.name] = [
                c.name
                for c in table.columns
                if c.type in (Type.TIMESTAMP, Type.DATE)
                and (
                    c.name in wanted or (c.derived and c.type is Type.TIMESTAMP) or (not table.time and c.name == "day")
                )
            ]

    def change(
        self,
        con: duckdb.DuckDBPyConnection,
        batches: Sequence[LandedBatch],
        moved: Sequence[Moved],
        latest: datetime | None,
    ) -> Change:
        """The Change of a transaction; `data_time` never goes back."""
        tables: dict[str, Span] = {}
        for move in moved:
            low, high, newest = self._span(con, move)
            tables[move.table.name] = (low, high)
            if newest is not None and move.table.kind == "fact" and (latest is None or newest > latest):
                latest = newest
        rows = sum(landed.batch.received for landed in batches)
        return Change(batches[-1].offset, tables, rows, latest)

    def _span(
        self, con: duckdb.DuckDBPyConnection, move: Moved
    ) -> tuple[datetime | None, datetime | None, datetime | None]:
        clocks = self._clocks[move.table.name]
        if not clocks:
            return None, None, None
        sources = [name for name in (move.added, move.removed) if name]
        names = ", ".join(quoted(c) for c in clocks)
        rows = " UNION ALL ".join(f"SELECT {names} FROM {source}" for source in sources)
        low = ", ".join(f"min({quoted(c)})::TIMESTAMP" for c in clocks)
        high = ", ".join(f"max({quoted(c)})::TIMESTAMP" for c in clocks)
        newest = f"max({quoted(move.table.time)})" if move.table.time in clocks else "NULL"
        row = con.execute(f"SELECT least({low}), greatest({high}), {newest} FROM ({rows})").fetchall()[0]
        aware = [value.replace(tzinfo=UTC) if value is not None else None for value in row]
        return aware[0], aware[1], aware[2]
