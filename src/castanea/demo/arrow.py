"""NumPy columns to Arrow columns, without a Python object per cell."""

from __future__ import annotations

from collections.abc import Sequence

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
    """`prefix` followed by each number, padded with zeros."""
    text = pa.array(numbers.astype(np.int64)).cast(pa.string())
    if width:
        text = pc.utf8_lpad(text, width, "0")
    return pc.binary_join_element_wise(prefix, text, "")


def constant(value: str | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.string()) if value is None else pa.repeat(pa.scalar(value), count)
