"""How often a key was seen before in the same file: memory stays bounded, older keys move to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

_IN_MEMORY = 4_000_000  # hashes (8 bytes) and counts (4) kept in memory before a run goes to disk
_Hashes = npt.NDArray[np.uint64]
_Counts = npt.NDArray[np.uint32]


class Seen:
    """Counts 64-bit hashes over the chunks of one file in sorted runs, the big ones in memory-mapped files of a temporary folder."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._runs: list[tuple[_Hashes, _Counts]] = []
        self._in_memory = in_memory
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
        if not len(values):
            return np.zeros(0, np.int64)
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        keys, counts = ordered[first], np.diff(np.append(first, len(ordered)))
        earlier = self._before(keys) if self._runs else np.zeros(len(keys), np.int64)
        inside = np.empty(len(values), np.int64)
        inside[order] = np.arange(len(values)) - np.repeat(first - earlier, counts) + 1
        self._remember(keys, counts.astype(np.uint32))
        return inside

    def _before(self, hashes: _Hashes) -> npt.NDArray[np.int64]:
        total = np.zeros(len(hashes), np.int64)
        for keys, counts in self._runs:
            at = np.searchsorted(keys, hashes)
            at[at == len(keys)] = 0
            hit = keys[at] == hashes
            total[hit] += counts[at[hit]]
        return total

    def _remember(self, keys: _Hashes, counts: _Counts) -> None:
        """Runs are merged while the newer is at least half as long as the older, so there are never many."""
        while self._runs and len(self._runs[-1][0]) < 2 * len(keys):
            older, older_counts = self._runs.pop()
            every = np.concatenate([older, keys])
            order = np.argsort(every, kind="stable")
            every, every_counts = every[order], np.concatenate([older_counts, counts])[order]
            first = (
                np.flatnonzero(np.concatenate([[True], every[1:] != every[:-1]]))
                if len(every)
                else np.zeros(0, np.int64)
            )
            keys, counts = (
                every[first],
                np.add.reduceat(every_counts, first).astype(np.uint32) if len(first) else every_counts,
            )
        self._runs.append(self._stored(keys, counts) if len(keys) > self._in_memory else (keys, counts))

    def _stored(self, keys: _Hashes, counts: _Counts) -> tuple[_Hashes, _Counts]:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="castanea-import-")
        self._files += 1
        path = Path(self._folder.name) / f"run-{self._files}"
        np.save(path.with_suffix(".keys.npy"), keys)
        np.save(path.with_suffix(".counts.npy"), counts)
        return np.load(path.with_suffix(".keys.npy"), mmap_mode="r"), np.load(
            path.with_suffix(".counts.npy"), mmap_mode="r"
        )
