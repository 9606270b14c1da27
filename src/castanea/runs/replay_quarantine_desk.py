"""Mending rows of the quarantine in the browser: opened with their cells, and replayed with the mended ones."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castanea.kit.clock import Clock
from castanea.kit.errors import NotFound

if TYPE_CHECKING:
    from castanea.intake.landing import Landing
    from castanea.runs.replay_quarantine import Replayed
    from castanea.vault import Vault


@dataclass(frozen=True)
class MendRow:
    """`row`: its number in the file. `cells` are text, in the order of the file's columns, personal values in clear."""

    quarantine_id: str
    row: int
    reason: str
    column: str
    rule: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class MendRows:
    """`total`: how many rows of the import wait; `rows`: the first of them."""

    import_id: str
    file: str
    columns: tuple[str, ...]
    rows: tuple[MendRow, ...]
    total: int


class QuarantineDesk:
    """Over one landing and its vault. Blocking. One replay at a time, so that a row is never landed twice."""

    def __init__(self, landing: Landing, vault: Vault, clock: Clock) -> None:
        self._landing, self._vault, self._clock = landing, vault, clock
        self._turn = threading.Lock()

    def rows(self, import_id: str, limit: int) -> MendRows:
        """Raises NotFound for an import that left no record, as those of events."""
        from castanea.runs import replay_quarantine as read  # loads Polars: only where somebody mends rows

        record, columns, opened = read.opened(self._landing.log, self._vault, import_id, limit)
        total = len(read.waiting(self._landing.log, import_id))
        rows = tuple(
            MendRow(
                row["quarantine_id"], int(row["source_row"] or 0), row["reason"], row["column"] or "", row["rule"] or "",
                tuple(cells.get(name, "") for name in columns),
            )
            for row, cells in opened
        )  # fmt: skip
        return MendRows(import_id, record["file"], columns, rows, total)

    def replay(self, import_id: str, mended: Mapping[str, Mapping[str, str]]) -> Replayed:
        """Replay rows: quarantine number → cells by the file's column names; cells that are not given stay as they were.

        Raises NotFound when none of the rows waits any more.
        """
        from castanea.runs import replay_quarantine as read

        with self._turn:
            log = self._landing.log
            _, columns, opened = read.opened(log, self._vault, import_id, only=set(mended))
            rows = [
                {
                    **{name: cells.get(name, "") for name in columns},
                    **mended[row["quarantine_id"]],
                    "quarantine_id": row["quarantine_id"],
                    "import_id": import_id,
                    "source_row": str(row["source_row"] or 0),
                }
                for row, cells in opened
            ]
            if not rows:
                raise NotFound("none of these rows waits in quarantine any more", code="mending.none_waits")
            return read.replay_rows(rows, self._landing, self._clock)
