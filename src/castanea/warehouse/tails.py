"""What moved is appended to a rollup, and a day's rows are brought to one per key later.

A MERGE looks through all rows of the day, again in every transaction: at 200,000 visitors a day that took 70 ms of each tenth of a
second. Appended rows are exact at once, for whoever reads a rollup sums over its rows. A day is merged when what was appended
outweighs what it held (piece by piece, so that nothing that lands waits long), in quiet moments, and before checksums. A transaction
that takes something back, or counts facts that may be taken back, merges the days it touches first and then MERGEs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.table import DUCKDB, Type
from castanea.contracts.tables import TABLES
from castanea.warehouse.days import Between
from castanea.warehouse.schema import quoted, rollup

LEAST = 20_000  # rows appended to a day before merging them is worth a transaction
PIECE = 25_000  # rows that one transaction brings together: tens of milliseconds
Counts = dict[str, dict[date, int]]


@dataclass(frozen=True)
class Piece:
    """A part of a day's rows that holds all rows of each of its keys."""

    plan: RollupPlan
    day: date
    part: int = 0
    parts: int = 1

    @property
    def of(self) -> tuple[str, date]:
        return self.plan.name, self.day

    @property
    def last(self) -> bool:
        return self.part + 1 == self.parts

    def condition(self) -> tuple[str, list[date]]:
        inside, bounds = "bucket = ?", [self.day]
        if self.plan.grain != "day":
            inside, bounds = "bucket >= ? AND bucket < ?", [self.day, self.day + timedelta(days=1)]
        if self.parts > 1:
            inside += f" AND hash({_many(self.plan)}) % {self.parts} = {self.part}"
        return inside, bounds


def may_be_appended(plan: RollupPlan, tables: Collection[str]) -> bool:
    """Whether what the rollup counts of these tables comes once and stays as it is."""
    return all(TABLES[c.table].immutable for c in plan.contributions if c.table in tables)


def _many(plan: RollupPlan) -> str:
    """The dimension by which the rollup's days may be cut into pieces: whom it counts, by pseudonym; empty where there is none."""
    return next((quoted(c.name) for c in plan.dimensions if c.type == DUCKDB[Type.UUID]), "")


class Tails:
    """How many rows were appended to each day (of its zone, or UTC for quarter hours) since it was merged. What a transaction adds or
    merges holds once it is committed."""

    def __init__(self, con: duckdb.DuckDBPyConnection, plans: Iterable[RollupPlan], zone: str, kept: str) -> None:
        """`kept` is the `text` of an earlier process."""
        self._con, self._zone = con, ZoneInfo(zone)
        self._plans = {plan.name: plan for plan in plans}
        known = msgspec.json.decode(kept or "{}", type=Counts)
        self._rows: Counts = {name: known.get(name, {}) for name in self._plans}
        self._coming: list[tuple[str, date, int]] = []  # by the open transaction, as the next
        self._going: dict[tuple[str, date], int] = {}  # rows of days that it merges, as they were before
        self._held: dict[tuple[str, date], int] = {}  # rows of a day when it was merged
        self._next: Piece | None = None  # of a day that is being merged piece by piece
        self._begun = 0  # rows appended to that day when its first piece was merged

    def append(self, plan: RollupPlan, rows: str, counted: str, number: int, between: Between | None) -> None:
        """Append `rows` (a SELECT), which plan `number` counts from the table `counted` (see `counted.py`), all of them `between` two
        moments."""
        added = int(self._con.execute(f"INSERT INTO {rollup(plan.name)} {rows}").fetchall()[0][0])
        zone = self._zone if plan.grain == "day" else UTC
        first, last = (at.astimezone(zone).date() for at in between) if between else (None, None)
        days = [(first, added)] if first and first == last else self._days(plan, counted, number)
        self._coming += [(plan.name, day, count) for day, count in days]

    def merge_touched(self, plan: RollupPlan, counted: str, number: int) -> None:
        """Merge the days that the open transaction is about to change."""
        if self._rows[plan.name]:
            for day, _ in self._days(plan, counted, number):
                if day in self._rows[plan.name]:
                    self.merge(Piece(plan, day))

    def merge_all(self, plan: RollupPlan) -> None:
        """Merge all the days of one rollup, in the open transaction."""
        for day in self._after()[plan.name]:
            self.merge(Piece(plan, day))

    def text(self) -> str:
        """To be kept in the file, with what the open transaction does."""
        return msgspec.json.encode({name: days for name, days in self._after().items() if days}).decode()

    def committed(self) -> None:
        self._rows = self._after()
        if self._next and self._next.of in self._going:
            self._next = None
        self.rolled_back()

    def rolled_back(self) -> None:
        self._coming, self._going = [], {}

    def due(self) -> Piece | None:
        """What is worth merging now."""
        if self._next is not None:
            return self._next
        for name, days in self._rows.items():
            for day, rows in days.items():
                held = self._held.get((name, day), 0)
                if rows > max(LEAST, 2 * held):
                    parts = -(-(rows + held) // PIECE) if _many(self._plans[name]) else 1
                    self._begun = rows
                    return Piece(self._plans[name], day, 0, parts)
        return None

    def all(self) -> list[Piece]:
        """Every day with appended rows, the newest first."""
        days = [Piece(self._plans[name], day) for name, days in self._rows.items() for day in days]
        return sorted(days, key=lambda each: each.day, reverse=True)

    def merge(self, piece: Piece) -> None:
        """Bring the rows to one per key, in the open transaction; those that nothing is left of go."""
        plan, (inside, bounds) = piece.plan, piece.condition()
        dimensions = [quoted(c.name) for c in plan.dimensions]
        sums = [f"sum({quoted(c.name)})::{c.type} AS {quoted(c.name)}" for c in plan.measures]
        columns = ", ".join(["bucket", *dimensions, *sums, "sum(n)::BIGINT AS n"])
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE merged_day AS SELECT {columns} FROM {rollup(plan.name)} WHERE {inside} "
            "GROUP BY ALL HAVING sum(n) <> 0",
            bounds,
        )
        self._con.execute(f"DELETE FROM {rollup(plan.name)} WHERE {inside}", bounds)
        rows = self._con.execute(f"INSERT INTO {rollup(plan.name)} SELECT * FROM merged_day").fetchall()[0][0]
        self._con.execute("DROP TABLE merged_day")
        self._held[piece.of] = int(rows) + (self._held.get(piece.of, 0) if piece.part else 0)
        if piece.parts == 1:
            self._going[piece.of] = self._rows[plan.name].get(piece.day, 0)
            self._coming = [each for each in self._coming if each[:2] != piece.of]
        elif piece.last:
            self._going[piece.of] = self._begun
        else:
            self._next = replace(piece, part=piece.part + 1)

    def _days(self, plan: RollupPlan, counted: str, number: int) -> list[tuple[date, int]]:
        day = "d" if plan.grain == "day" else "q::DATE"
        return self._con.execute(f"SELECT {day}, count(*) FROM {counted} WHERE in_{number} > 0 GROUP BY 1").fetchall()

    def _after(self) -> Counts:
        """As it will stand once the open transaction is committed."""
        going = self._going.get
        left = {n: {d: c - going((n, d), 0) for d, c in days.items()} for n, days in self._rows.items()}
        rows = {n: {d: c for d, c in days.items() if c > 0} for n, days in left.items()}
        for name, day, count in self._coming:
            rows[name][day] = rows[name].get(day, 0) + count
        return rows
