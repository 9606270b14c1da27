"""How often a key was seen before in the same file: memory stays bounded, older keys move to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

_IN_MEMORY = 4_000_000  # hashes (8 bytes each) kept in memory before a run goes to disk
_FILTER_BITS = 28  # 32 MB: of 10 million rows 4 % look as if they may have come before, and are looked up
_Hashes = npt.NDArray[np.uint64]
_Counts = npt.NDArray[np.int64]


class Seen:
    """Counts 64-bit hashes over the chunks of one file in sorted runs, the big ones in memory-mapped files of a temporary folder.

    Nearly all rows of a file are seen once: a bit per hash tells those that may have come before, and only they are looked up.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._runs: list[_Hashes] = []  # each sorted; a hash stands in it as often as it came
        self._in_memory = in_memory
        self._filter = np.zeros(1 << (_FILTER_BITS - 3), np.uint8)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._runs.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def occurrence(self, hashes: pl.Series) -> npt.NDArray[np.int64]:
        """For each row the occurrence of its hash in the file, from 1; then remembers the rows."""
        values = hashes.to_numpy()
        ordered = np.sort(values)
        found = np.ones(len(values), np.int64)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(again):
            rows = np.flatnonzero(_among(values, np.unique(again)))
            found[rows] = _numbered(values[rows])
        maybe = np.flatnonzero(self._noted(values))
        if len(maybe):
            found[maybe] += self._before(values[maybe])
        self._remember(ordered)
        return found

    def _noted(self, values: _Hashes) -> npt.NDArray[np.bool_]:
        """Whether each hash may have come in an earlier chunk; notes all of them."""
        place = values >> np.uint64(64 - _FILTER_BITS)
        byte, bit = (place >> np.uint64(3)).astype(np.int64), np.uint8(1) << (place & np.uint64(7)).astype(np.uint8)
        noted: npt.NDArray[np.bool_] = (self._filter[byte] & bit) != 0
        np.bitwise_or.at(self._filter, byte, bit)
        return noted

    def _before(self, hashes: _Hashes) -> _Counts:
        order = np.argsort(hashes)
        ordered, total = hashes[order], np.zeros(len(hashes), np.int64)
        for run in self._runs:
            first = np.searchsorted(run, ordered)
            hit = np.flatnonzero(run[np.minimum(first, len(run) - 1)] == ordered)
            total[hit] += np.searchsorted(run, ordered[hit], side="right") - first[hit]
        counts = np.empty(len(hashes), np.int64)
        counts[order] = total
        return counts

    def _remember(self, ordered: _Hashes) -> None:
        """Runs are merged while the newer is at least half as long as the older, so there are never many."""
        while self._runs and len(self._runs[-1]) < 2 * len(ordered):
            ordered = np.sort(np.concatenate([self._runs.pop(), ordered]), kind="stable")  # two sorted runs: one pass
        if len(ordered):
            self._runs.append(self._stored(ordered) if len(ordered) > self._in_memory else ordered)

    def _stored(self, ordered: _Hashes) -> _Hashes:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="castanea-import-")
        self._files += 1
        path = Path(self._folder.name) / f"run-{self._files}.npy"
        np.save(path, ordered)
        stored: _Hashes = np.load(path, mmap_mode="r")
        return stored


def _among(values: _Hashes, ordered: _Hashes) -> npt.NDArray[np.bool_]:
    """Whether each value is one of those ordered."""
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    among: npt.NDArray[np.bool_] = ordered[at] == values
    return among


def _numbered(values: _Hashes) -> _Counts:
    """The how-manieth of its kind each value is, from 1."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    numbers = np.empty(len(values), np.int64)
    numbers[order] = np.arange(len(values)) - np.repeat(first, np.diff(np.append(first, len(values)))) + 1
    return numbers
