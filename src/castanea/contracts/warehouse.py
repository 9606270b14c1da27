"""The warehouse as other rooms see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

from castanea.contracts.log import Booking


@dataclass(frozen=True)
class Change:
    """What one load transaction changed: per fact table the span of each clock touched (UTC), and the offset reached.

    `live` finds the tiles that depend on it; alerts wake by it.
    """

    offset: int
    tables: dict[str, tuple[datetime | None, datetime | None]]
    rows: int
    data_time: datetime | None  # latest event time seen


@dataclass(frozen=True)
class LoadState:
    """Where the loader stands. `rebuilding` is a share 0–1 while the warehouse is made again, else None."""

    offset: int
    head: int
    rebuilding: float | None
    message: str = ""


@dataclass(frozen=True)
class TableSum:
    """An order-free checksum: `sum` is the sum of 128-bit row hashes modulo 2**128, in hexadecimal."""

    table: str
    rows: int
    sum: str


class Reader(Protocol):
    """A read cursor of its own, for one thread."""

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Rows of a statement rendered by the planner (the only caller). Parameters are bound by position."""

    def close(self) -> None: ...


class Warehouse(Protocol):
    def reader(self) -> Reader: ...

    def catch_up(self, progress: Callable[[LoadState], None] | None = None) -> int:
        """Apply what waits in the log, return the offset reached."""

    def state(self) -> LoadState: ...

    def bookings(self, import_id: str) -> list[Booking]: ...

    def checksums(self) -> list[TableSum]: ...

    def close(self) -> None: ...
