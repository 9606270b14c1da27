"""NumPy columns to Arrow columns, without a Python object per cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

MONEY = pa.decimal128(18, 4)


def decimals(units: Ints, *, scale: int, type_: pa.DataType = MONEY, missing: Flags | None = None) -> pa.Array:
    """`units` counts 10**-scale (2 = cents); exact, as a decimal with the type's own scale."""
    raised = units.astype(np.int64) * 10 ** (type_.scale - scale)
    halves = np.empty((len(raised), 2), dtype=np.int64)
    halves[:, 0] = raised
    halves[:, 1] = raised >> 63
    array = pa.Array.from_buffers(type_, len(raised), [None, pa.py_buffer(halves.tobytes())])
    return array if missing is None else pc.if_else(pa.array(~missing), array, pa.scalar(None, type_))


def cents(amounts: Ints, missing: Flags | None = None) -> pa.Array:
    return decimals(amounts, scale=2, missing=missing)


def quantities(units: Ints, missing: Flags | None = None) -> pa.Array:
    return decimals(units, scale=0, missing=missing)


def times(micros: Ints, missing: Flags | None = None) -> pa.Array:
    """Microseconds since 1970 UTC to timestamps."""
    return pa.array(micros.astype(np.int64), mask=missing).cast(pa.timestamp("us", tz="UTC"))


def words(choices: Sequence[str | None], index: npt.NDArray[np.integer]) -> pa.Array:
    return pa.array(choices, pa.string()).take(pa.array(index.astype(np.int64)))


def numbered(prefix: str, numbers: Ints, width: int = 0) -> pa.Array:
    """`prefix` followed by each number (not negative), padded with zeros to `width`. Digits are written as bytes: several times faster than
    a cast, a padding and a join."""
    count, head = len(numbers), np.frombuffer(prefix.encode(), dtype=np.uint8)
    if not count:
        return pa.array([], pa.string())
    largest = int(numbers.max())
    digits = max(width, len(str(largest)))
    rest: npt.NDArray[Any] = numbers.astype(np.uint32 if largest < 1 << 32 else np.uint64)
    text = np.empty((count, len(head) + digits), dtype=np.uint8)
    text[:, : len(head)] = head
    lengths = np.full(count, max(width, 1), dtype=np.int32)
    for place in range(digits):
        if place >= max(width, 1):
            lengths += rest > 0
        tens = rest // 10
        text[:, -1 - place] = rest - tens * 10 + 48
        rest = tens
    regular = bool((lengths == digits).all())
    shown = text if regular else text[_kept(len(head), digits, lengths)]
    ends = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(lengths + np.int32(len(head)), out=ends[1:])
    return pa.Array.from_buffers(
        pa.string(), count, [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(shown.tobytes())]
    )


def _kept(head: int, digits: int, lengths: npt.NDArray[np.int32]) -> Flags:
    """Which characters remain when leading zeros go."""
    place = np.arange(head + digits)
    return np.asarray((place < head) | (place >= head + digits - lengths[:, None]))


def constant(value: str | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.string()) if value is None else pa.repeat(pa.scalar(value), count)
