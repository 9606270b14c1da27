"""A warehouse on a temporary folder, over a log in memory."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from castanea.contracts.log import NewBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.warehouse import DuckWarehouse
from castanea.warehouse.rollups import recount
from castanea.warehouse.schema import rollup
from tests.warehouse.memory_log import MemoryLog
from tests.warehouse.shop_rows import plans

SETTINGS = WorkspaceSettings("test")


class Shop:
    """A log and the warehouse over it."""

    def __init__(self, folder: Path, log: MemoryLog | None = None) -> None:
        self.path = folder / "castanea.duckdb"
        self.log = log or MemoryLog()
        self.warehouse = DuckWarehouse(self.path, self.log, SETTINGS, plans())

    def land(self, *batches: NewBatch) -> None:
        """Append and load all in one transaction."""
        self.log.append(batches)
        self.warehouse.catch_up()

    def reopen(self) -> None:
        self.warehouse.close()
        self.warehouse = DuckWarehouse(self.path, self.log, SETTINGS, plans())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        reader = self.warehouse.reader()
        table = reader.fetch(sql)
        reader.close()
        return [tuple(row.values()) for row in table.to_pylist()]

    def value(self, sql: str) -> Any:
        value = self.rows(sql)[0][0]
        return float(value) if isinstance(value, Decimal) else value

    def counts(self, offset: int) -> tuple[int, int, int, int]:
        """(loaded, duplicates, superseded, quarantined) of a batch."""
        found = self.rows(
            f'SELECT loaded, duplicates, superseded, quarantined FROM book.booking WHERE "offset" = {offset}'
        )
        assert len(found) == 1
        return found[0]  # type: ignore[return-value]

    def check_rollups(self) -> None:
        """Summed up, every rollup equals a group-by over the facts at any time; once its days are merged, row by row."""
        self._check_rollups(summed=True)
        self.warehouse.checksums()
        self._check_rollups(summed=False)

    def _check_rollups(self, *, summed: bool) -> None:
        for plan in plans():
            wanted = recount(plan, SETTINGS.zone)
            target = f"SELECT * FROM {rollup(plan.name)}"
            columns = [f"{c.name}::{c.type} AS {c.name}" for c in (*plan.dimensions, *plan.measures)]
            names = ", ".join(["bucket", *columns, "n::BIGINT AS n"])
            if summed:
                sums = ", ".join(f"sum({c.name}) AS {c.name}" for c in plan.measures)
                keys = ", ".join(["bucket", *(c.name for c in plan.dimensions)])
                target = f"SELECT {keys}, {sums}, sum(n) AS n FROM {rollup(plan.name)} GROUP BY ALL"
            kept = sorted(map(repr, self.rows(f"SELECT {names} FROM ({target})")))
            lookups = _fresh_lookups(wanted)
            wanted = wanted.replace("temp.look_", "look_")
            assert kept == sorted(map(repr, self.rows(f"{lookups} SELECT {names} FROM ({wanted})"))), plan.name


def _fresh_lookups(sql: str) -> str:
    """Readers do not see the writer's temporary tables: the test makes the attribute table itself."""
    if "temp.look_" not in sql:
        return ""
    name = sql.split("temp.look_", 1)[1].split(" ", 1)[0]
    return f"WITH look_{name} AS (SELECT product_id AS __key_0, arg_max_null(category, (_version, _content, _key)) AS value FROM fact.product GROUP BY 1)"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.warehouse.close()
