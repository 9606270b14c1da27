"""Imports that were taken back as a whole: the warehouse is what the log says without them.

An import is taken back, and brought back, by a newer record of it in the log (`import_run.undone`). The warehouse is then made again
from the log, passing over its batches, so that nothing of it stays and what it had replaced stands again. What was imported after it is
booked as if it had never been there. Taking back is rare, exactness is not negotiable, and making again is fast: see
docs/decisions/undo-is-a-rebuild.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from castanea.contracts.log import Booking, EventLog, LandedBatch
from castanea.contracts.tables import TABLES

GRID = "grid"  # versions of input grids are taken back row by row, by rows that say again what stood before


def undone_imports(log: EventLog) -> frozenset[str]:
    """The imports that the newest record of each says were taken back."""
    newest: dict[str, tuple[object, bool]] = {}
    for landed in log.of_table("import_run"):
        for row in landed.batch.rows.select(["import_id", "format", "undone", "_version"]).to_pylist():
            before = newest.get(row["import_id"])
            if row["format"] != GRID and (before is None or row["_version"] >= before[0]):
                newest[row["import_id"]] = (row["_version"], bool(row["undone"]))
    return frozenset(name for name, (_, undone) in newest.items() if undone)


def tells_of_imports(batches: Iterable[LandedBatch]) -> bool:
    """Whether a record of an import is among the batches."""
    return any(landed.batch.table == "import_run" for landed in batches)


def split(batches: Sequence[LandedBatch], undone: frozenset[str]) -> tuple[list[LandedBatch], list[LandedBatch]]:
    """(what is applied, what is passed over). Books are never passed over."""
    if not undone:
        return list(batches), []
    passed = [b for b in batches if b.batch.import_id in undone and TABLES[b.batch.table].kind != "book"]
    numbers = {b.offset for b in passed}
    return [b for b in batches if b.offset not in numbers], passed


def passed_over(landed: LandedBatch) -> Booking:
    """The booking of a batch that is passed over: what could be used counts as superseded, by the taking back."""
    batch = landed.batch
    quarantined = batch.rejects.num_rows if batch.rejects is not None else 0
    return Booking(
        landed.offset, batch.table, batch.source, batch.import_id, batch.derived, batch.received,
        0, 0, batch.received - quarantined, quarantined, batch.suspects,
    )  # fmt: skip
