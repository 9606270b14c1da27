"""Events as they were read from bodies: raw columns of one kind, before they are checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from castanea.contracts.tables import TABLES
from castanea.contracts.validate import Reject

KINDS = tuple(name for name, table in TABLES.items() if table.kind != "book")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Unreadable:
    """An event of which not even the kind is known, or whose values have no columns: it goes to the quarantine as it came."""

    request: int
    reject: Reject
    table: str
    original: str


@dataclass(frozen=True)
class Events:
    """Events of one kind as raw columns. `requests` says of which request each is, `rows` its number there, from 1.

    `lines` (orders only) is a list column of structs or None. `original` gives an event as it came, by its position.
    """

    kind: str
    raw: pa.Table
    requests: Ints
    rows: Ints
    original: Callable[[int], str]
    lines: pa.Array | None = None


@dataclass(frozen=True)
class Received:
    """What a group of bodies held. `counts` is the number of events per request."""

    events: Sequence[Events]
    unreadable: Sequence[Unreadable]
    counts: Sequence[int]
    failures: dict[int, Exception] = field(default_factory=dict)
