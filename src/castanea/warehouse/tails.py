"""What moved is appended to a rollup, and a day's rows are brought to one per key later.

A MERGE looks through all rows of the day, again in every transaction: at 200,000 visitors a day that took 70 ms of each tenth of a
second. Appended rows are exact at once, for whoever reads a rollup sums over its rows. A day is merged when what was appended
outweighs what it held (piece by piece, so that nothing that lands waits long), in quiet moments, and before checksums. A transaction
that takes something back, or counts few facts that may be taken back, merges the days it touches first and then MERGEs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any
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
DAYS = 400  # days that one statement brings together at most
Counts = dict[str, dict[date, int]]


@dataclass(frozen=True)
class Piece:
    """Whole days, or a part of one day's rows that holds all rows of each of its keys."""

    plan: RollupPlan
    days: tuple[date, ...]
    part: int = 0
    parts: int = 1

    @property
    def of(self) -> list[tuple[str, date]]:
        return [(self.plan.name, day) for day in self.days]

    @property
    def last(self) -> bool:
        return self.part + 1 == self.parts

    def condition(self) -> tuple[str, list[Any]]:
        first, after = min(self.days), max(self.days) + timedelta(days=1)
        inside = "bucket >= ? AND bucket < ?"
        bounds: list[Any] = [first, after]
        if len(self.days) < (after - first).days:
            inside += " AND list_contains(?::DATE[], bucket::DATE)"
            bounds.append(list(self.days))
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
            touched = [day for day, _ in self._days(plan, counted, number) if day in self._rows[plan.name]]
            for piece in self._together(plan, touched):
                self.merge(piece)

    def merge_all(self, plan: RollupPlan) -> None:
        """Merge all the days of one rollup, in the open transaction."""
        for piece in self._together(plan, self._after()[plan.name]):
            self.merge(piece)

    def text(self) -> str:
        """To be kept in the file, with what the open transaction does."""
        return msgspec.json.encode({name: days for name, days in self._after().items() if days}).decode()

    def committed(self) -> None:
        self._rows = self._after()
        if self._next and self._next.of[0] in self._going:
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
                    return Piece(self._plans[name], (day,), 0, parts)
        return None

    def all(self) -> list[Piece]:
        """Every day with appended rows, the newest first."""
        pieces = [each for name, days in self._rows.items() for each in self._together(self._plans[name], days)]
        return sorted(pieces, key=lambda each: each.days[0], reverse=True)

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
        of = piece.of
        for each in of:
            self._held[each] = int(rows) // len(of) + (self._held.get(each, 0) if piece.part else 0)
        if piece.parts == 1:
            self._going.update({each: self._rows[plan.name].get(each[1], 0) for each in of})
            merged = set(of)
            self._coming = [each for each in self._coming if each[:2] not in merged]
        elif piece.last:
            self._going[of[0]] = self._begun
        else:
            self._next = replace(piece, part=piece.part + 1)

    def _together(self, plan: RollupPlan, days: Iterable[date]) -> list[Piece]:
        """The days in pieces of whole days, the newest first: a statement for each of many small days costs more than their rows."""
        pieces: list[list[date]] = []
        room = 0
        for day in sorted(days, reverse=True):
            rows = self._rows[plan.name].get(day, 0) + self._held.get((plan.name, day), 0)
            if not pieces or rows > room or len(pieces[-1]) == DAYS:
                pieces.append([])
                room = PIECE
            pieces[-1].append(day)
            room -= rows
        return [Piece(plan, tuple(each)) for each in pieces]

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
