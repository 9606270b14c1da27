"""Two ways into a workspace: what the simulated shop tells as events, and what its platforms export as files."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from castanea.app import Castanea, Settings
from castanea.contracts.mappings import load_mappings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.exporting import Asked, Platform, export_files
from castanea.demo.history import Past, tell
from castanea.kit.clock import FixedClock
from castanea.runs.import_file import ImportFile, Outcome, Request
from castanea.runs.workspace import SETTINGS, init_workspace, open_workspace
from castanea.semantics import query_from_arguments

PLATFORMS: tuple[Platform, ...] = ("tmall", "jd", "douyin", "shopify")
SHOPS = {f"hillside-{platform}" for platform in PLATFORMS}
Figures = dict[tuple[str, ...], dict[str, Any]]


class Books:
    """A workspace of its own (made, or opened where there is one), with the figures that both ways must give."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._castanea = Castanea(Settings())
        self._castanea.clock = FixedClock(now)  # type: ignore[assignment]
        made = (folder / SETTINGS).exists()
        self.workspace = open_workspace(folder) if made else init_workspace(folder, WorkspaceSettings("test"))
        self.desk = self._castanea.desk(self.workspace)
        self._open = self._castanea.landing(self.workspace)
        self.landing = self._open.__enter__()[0]

    def tell(self, past: Past, until: int, without: Container[str] = ()) -> None:
        """Everything that happened until a moment, as events, but for the tables `without`."""
        for piece in tell(past, until):
            told = {name: rows for name, rows in piece.tables.items() if rows.num_rows and name not in without}
            if told:
                self.landing.land([SentBatch(name, "demo", rows) for name, rows in told.items()])
        self.desk.warehouse.catch_up()

    def load(self, paths: Iterable[Path]) -> list[Outcome]:
        job = ImportFile(self.landing, self.workspace.settings, load_mappings(), self._castanea.clock)
        outcomes = []
        for path in paths:
            with job.open(Request(path)) as opened:
                outcomes.append(job.run(opened))
        self.desk.warehouse.catch_up()
        return outcomes

    def figures(self, since: date, until: date, metrics: str, by: str) -> Figures:
        """Figures of the four shops by `by`; what is nothing at all is left out, so that a day without a row equals one with zeros."""
        names, keys = metrics.split(","), by.split(",")
        found: Figures = {}
        for row in self.rows(metrics, by, since, until):
            if "shop" in row and row["shop"] not in SHOPS:
                continue
            values = {n: float(row[n] or 0) for n in names}
            if any(values.values()):
                found[tuple(str(row[k]) for k in keys)] = values
        return found

    def rows(self, metrics: str, by: str, since: date, until: date, where: Sequence[str] = ()) -> list[dict[str, Any]]:
        """An answer's rows, as `castanea query` gives them."""
        query = query_from_arguments(metrics, by, since=str(since), until=str(until), where=where, limit=None)
        rows: list[dict[str, Any]] = json.loads(self.desk.query(query))["rows"]
        return rows

    def close(self) -> None:
        self.desk.close()
        self._open.__exit__(None, None, None)


def write_exports(
    past: Past, folder: Path, first: date, last: date, at: int, platforms: Sequence[Platform] = PLATFORMS
) -> list[Path]:
    """Each platform's files of a span as of a moment, in a folder of their own."""
    paths = []
    for platform in platforms:
        place = folder / f"{platform}-{first}-{last}-{at}"
        place.mkdir(parents=True)
        paths += [file.write(place) for file in export_files(past, Asked(platform, first, last, at))]
    return paths


def moment(past: Past, index: int) -> int:
    """The last second of a day of the world (µs UTC)."""
    return past.world.midnight(past.days[index].orders.day + timedelta(days=1)) - 1_000_000


def now_of(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000 + 60, UTC)
