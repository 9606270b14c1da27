"""What moved is appended to a rollup, and a day's rows are brought to one per key later.

A MERGE looks through all rows of the day, again in every transaction: at 200,000 visitors a day that took 70 ms of each tenth of a
second. Appended rows are exact at once, for whoever reads a rollup sums over its rows. A day is merged when what was appended
outweighs what it held, in quiet moments, and before checksums. A transaction that takes something back, or counts facts that may be
taken back, merges the days it touches first and then MERGEs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.tables import TABLES
from castanea.warehouse.days import Between
from castanea.warehouse.schema import quoted, rollup

LEAST = 20_000  # rows appended to a day before merging them is worth a transaction
Counts = dict[str, dict[date, int]]


def may_be_appended(plan: RollupPlan, tables: Collection[str]) -> bool:
    """Whether what the rollup counts of these tables comes once and stays as it is."""
    return all(TABLES[c.table].immutable for c in plan.contributions if c.table in tables)


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
        self._going: dict[tuple[str, date], int] = {}
        self._merged: dict[tuple[str, date], int] = {}  # rows of a day when it was merged

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
                    self.merge(plan, day)

    def merge_all(self, plan: RollupPlan) -> None:
        """Merge all the days of one rollup, in the open transaction."""
        for day in self._after()[plan.name]:
            self.merge(plan, day)

    def text(self) -> str:
        """To be kept in the file, with what the open transaction does."""
        return msgspec.json.encode({name: days for name, days in self._after().items() if days}).decode()

    def committed(self) -> None:
        self._rows = self._after()
        self._merged |= self._going
        self.rolled_back()

    def rolled_back(self) -> None:
        self._coming, self._going = [], {}

    def due(self) -> tuple[RollupPlan, date] | None:
        """A day that is worth merging now."""
        for name, days in self._rows.items():
            for day, rows in days.items():
                if rows > max(LEAST, 2 * self._merged.get((name, day), 0)):
                    return self._plans[name], day
        return None

    def all(self) -> list[tuple[RollupPlan, date]]:
        """Every day with appended rows, the newest first."""
        days = ((self._plans[name], day) for name, days in self._rows.items() for day in days)
        return sorted(days, key=lambda each: each[1], reverse=True)

    def merge(self, plan: RollupPlan, day: date) -> None:
        """Bring the day's rows to one per key, in the open transaction; rows that nothing is left of go."""
        inside, bounds = "bucket = ?", [day]
        if plan.grain != "day":
            inside, bounds = "bucket >= ? AND bucket < ?", [day, day + timedelta(days=1)]
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
        self._going[plan.name, day] = int(rows)
        self._coming = [each for each in self._coming if each[:2] != (plan.name, day)]

    def _days(self, plan: RollupPlan, counted: str, number: int) -> list[tuple[date, int]]:
        day = "d" if plan.grain == "day" else "q::DATE"
        return self._con.execute(f"SELECT {day}, count(*) FROM {counted} WHERE in_{number} GROUP BY 1").fetchall()

    def _after(self) -> Counts:
        """As it will stand once the open transaction is committed."""
        rows = {n: {d: c for d, c in days.items() if (n, d) not in self._going} for n, days in self._rows.items()}
        for name, day, count in self._coming:
            rows[name][day] = rows[name].get(day, 0) + count
        return rows
