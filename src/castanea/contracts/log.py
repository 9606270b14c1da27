"""The landing log: what is appended, what is read back, and the protocol that every log implements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True)
class NewBatch:
    """Rows of one canonical table from one source, ready to land.

    `rows` has the table's landed schema. `rejects` has the landed schema of `quarantine` and holds the rows that could not be used.
    `received` = rows + rejects. `derived` batches come out of another batch's rows (the customer named on an order): they keep books
    of their own and are not counted as received from the sender. `suspects` counts rows flagged as repeats.
    """

    table: str
    source: str
    rows: pa.Table
    rejects: pa.Table | None = None
    import_id: str = ""
    derived: bool = False
    suspects: int = 0
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def received(self) -> int:
        return int(self.rows.num_rows) + (int(self.rejects.num_rows) if self.rejects is not None else 0)


@dataclass(frozen=True)
class LandedBatch:
    """A batch as read back; `offset` counts up by commit order, `received_at` is the intake's clock (never used by the warehouse)."""

    offset: int
    received_at: datetime
    contract_version: int
    batch: NewBatch


class EventLog(Protocol):
    """An append-only record. `append` returns only after the batches are durable; several processes may append to one log."""

    def append(self, batches: Sequence[NewBatch]) -> list[int]:
        """Land the batches together (all or none) and return their offsets. Raises NoSpace when the disk is full."""

    def read(self, after: int, max_rows: int) -> Iterator[LandedBatch]:
        """Batches with offset > after in order, until about `max_rows` rows were given (at least one batch if there is one)."""

    def of_table(self, table: str) -> Iterator[LandedBatch]:
        """All batches of one table in order; for the books, which have few."""

    def head(self) -> int:
        """The highest offset, 0 when empty."""

    def rows_after(self, offset: int) -> int:
        """How many rows wait behind an offset; for progress."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Booking:
    """How one landed batch was applied: received = loaded + duplicates + superseded + quarantined, always."""

    offset: int
    table: str
    source: str
    import_id: str
    derived: bool
    received: int
    loaded: int
    duplicates: int
    superseded: int
    quarantined: int
    suspects: int
