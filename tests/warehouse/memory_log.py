"""A landing log in memory, for tests of the warehouse alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from castanea.contracts.log import LandedBatch, NewBatch
from castanea.contracts.tables import CONTRACT_VERSION


class MemoryLog:
    """Implements contracts.log.EventLog."""

    def __init__(self) -> None:
        self.landed: list[LandedBatch] = []

    def append(self, batches: Sequence[NewBatch]) -> list[int]:
        offsets = []
        for batch in batches:
            offset = len(self.landed) + 1
            self.landed.append(LandedBatch(offset, datetime(2026, 1, 1, tzinfo=UTC), CONTRACT_VERSION, batch))
            offsets.append(offset)
        return offsets

    def read(self, after: int, max_rows: int) -> Iterator[LandedBatch]:
        given = 0
        for landed in self.landed[after:]:
            if given >= max_rows:
                return
            given += landed.batch.received
            yield landed

    def of_table(self, table: str) -> Iterator[LandedBatch]:
        return (landed for landed in self.landed if landed.batch.table == table)

    def head(self) -> int:
        return len(self.landed)

    def rows_after(self, offset: int) -> int:
        return sum(landed.batch.received for landed in self.landed[offset:])

    def close(self) -> None:
        return None
