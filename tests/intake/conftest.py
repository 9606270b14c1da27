"""A real log, vault and intake on a temporary folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from castanea.contracts.log import LandedBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import NDJSON, EventIntake, EventLimits, Receipt
from castanea.intake.landing import Landing
from castanea.intake.shop_zones import ShopZones
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.kit.clock import FixedClock
from castanea.vault import Vault

NOW = datetime(2026, 11, 20, 14, 36, tzinfo=UTC)


@dataclass
class Place:
    folder: Path
    log: SqliteEventLog
    vault: Vault
    landing: Landing
    intake: EventIntake

    def send(self, body: bytes, content_type: str = NDJSON, encoding: str = "", source: str = "test") -> Receipt:
        return asyncio.run(self.intake.submit(body, content_type, encoding, source))

    def batches(self) -> list[LandedBatch]:
        return list(self.log.read(0, 10_000_000))

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for b in self.batches() if b.batch.table == table for row in b.batch.rows.to_pylist()]

    def rejects(self) -> list[dict[str, Any]]:
        """Quarantined rows with their sealed values opened."""
        found = []
        for landed in self.batches():
            if landed.batch.rejects is not None:
                found += [
                    {**row, **self.vault.open(row["_subject"], row["_sealed"])}
                    for row in landed.batch.rejects.to_pylist()
                ]
        return found


@pytest.fixture
def make_place(tmp_path):
    made: list[Place] = []

    def make(limits: EventLimits | None = None, zones: dict[str, str] | None = None) -> Place:
        folder = tmp_path / str(len(made))
        clock = FixedClock(NOW)
        log, vault = SqliteEventLog(folder / "log" / "events.db", clock), Vault(folder / "vault")
        landing = Landing(log, vault, WorkspaceSettings("test"), clock)
        intake = EventIntake(landing, limits, clock=clock, zones=ShopZones(zones))
        made.append(Place(folder, log, vault, landing, intake))
        return made[-1]

    yield make
    for place in made:
        place.intake.close()
        place.log.close()
        place.vault.close()


@pytest.fixture
def place(make_place) -> Place:
    return make_place()
