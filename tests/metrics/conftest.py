"""The small simulated shop (90 days, 30,000 orders) in a workspace of its own, told once for all tests of this room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from castanea.app import Castanea, Settings
from castanea.contracts.query import Filter, Query, TimeRange
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.config import small
from castanea.demo.history import Past, tell
from castanea.demo.world import World
from castanea.kit.clock import FixedClock, micros
from castanea.runs.workspace import init_workspace
from tests.metrics.cuts import Cut
from tests.metrics.frames import Frames
from tests.metrics.later import later

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class SmallShop:
    """`sent` are the rows as the shop's systems told them, `frames` the facts, `answer` what the planner says."""

    def __init__(self, folder: Any) -> None:
        castanea = Castanea(Settings())
        castanea.clock = FixedClock(NOW)  # type: ignore[assignment]
        workspace = init_workspace(folder / "w", WorkspaceSettings("test"))
        self.desk = castanea.desk(workspace)
        self.sent: dict[str, list[Any]] = {}
        with castanea.landing(workspace) as (landing, _):
            for piece in tell(Past(World(small(seed=7)), 0), micros(NOW)):
                landing.land([SentBatch(name, "demo", rows) for name, rows in piece.tables.items() if rows.num_rows])
                for name, rows in piece.tables.items():
                    self.sent.setdefault(name, []).append(rows)
            for name, rows in later(self.sent).items():
                landing.land([SentBatch(name, "demo", rows)])
                self.sent[name].append(rows)
        self.desk.warehouse.catch_up()
        self.frames = Frames(self.desk.reader())

    def answer(self, metric: str, cut: Cut) -> dict[tuple[Any, ...], Any]:
        """The metric by the cut's keys."""
        where = tuple(Filter(name, "in", (member,)) for name, member in cut.where)
        time = TimeRange(since=cut.since, until=cut.until)
        said = json.loads(self.desk.query(Query((metric,), cut.keys, where=where, time=time)))
        return {tuple(row[k] for k in cut.keys): row[metric] for row in said["rows"]}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallShop]:
    made = SmallShop(tmp_path_factory.mktemp("metrics"))
    yield made
    made.desk.close()
