"""Where a key lies: an index from 64-bit hashes to places (transaction numbers), outside DuckDB and rebuilt from it when missing.

DuckDB's own index costs 18 µs and 120 bytes a key. Here a Bloom filter says "surely new" for almost every new key; the others are
looked up in sorted runs on disk, by halving. What a run says is only a hint: the caller reads the rows at those places and compares
the whole key, so a stale or superfluous entry costs time, never a wrong answer. A missing entry would; so entries are added right
after each commit, and after a restart those past the last written run are read from the facts again.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from castanea.warehouse.bloom import U64, Bloom, bits_of

I64 = npt.NDArray[np.int64]
RUN = 1 << 20  # entries in a sorted run
_MOST_PARTS, _MERGED_PARTS = 24, 16
_FIRST_BLOOM, _LARGEST_BLOOM = 1 << 16, 1 << 24
_PAGE = 512  # hashes in a page of a run


@dataclass
class _Run:
    """A sorted run on disk; pages read by a look-up are given back at once. `fences` are the first hashes of its pages, in memory: with
    them a look-up reads one page, where halving reads twelve. `blooms` says which filters know its hashes."""

    hashes: npt.NDArray[np.uint64]
    places: npt.NDArray[np.uint32]
    pages: mmap.mmap
    fences: U64
    blooms: range

    def find(self, wanted: U64) -> tuple[I64, I64]:
        """(index into `wanted`, place) of every entry with a wanted hash; `wanted` is sorted."""
        if not len(wanted):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        most = len(wanted) * 2 > len(self.fences)  # of the pages are read anyway
        found = _matches(self.hashes, self.places, wanted) if most else self._in_pages(wanted)
        self.pages.madvise(mmap.MADV_DONTNEED)
        return found

    def _in_pages(self, wanted: U64) -> tuple[I64, I64]:
        first = np.maximum(np.searchsorted(self.fences, wanted, "left") - 1, 0)
        behind = np.searchsorted(self.fences, wanted, "right")  # a hash that repeats may go on in the next page
        whole = len(self.hashes) // _PAGE
        inside = np.flatnonzero((behind - first <= 1) & (first < whole))
        pages = self.hashes[: whole * _PAGE].reshape(whole, _PAGE)[first[inside]]
        row, column = np.nonzero(pages == wanted[inside, None])
        of, at = [inside[row]], [first[inside][row] * _PAGE + column]
        for i in np.setdiff1d(np.arange(len(wanted)), inside).tolist():
            start = int(first[i]) * _PAGE
            found = start + np.flatnonzero(self.hashes[start : int(behind[i]) * _PAGE] == wanted[i])
            of.append(np.full(len(found), i, np.int64))
            at.append(found)
        return np.concatenate(of), self.places[np.concatenate(at)].astype(np.int64)


class KeyIndex:
    def __init__(self, folder: Path, run: int = RUN) -> None:
        """`folder` may hold the runs of an earlier process; damaged ones are dropped with all that follow them."""
        self._folder = folder
        self._size = run
        self._blooms: list[Bloom] = [Bloom(_FIRST_BLOOM)]
        self._runs: list[_Run] = []
        self._parts: list[tuple[U64, npt.NDArray[np.uint32]]] = []  # sorted, in memory, not yet in a run
        self._count = 0
        self._manifest: list[dict[str, int]] = []
        self.written_place = 0  # every entry with a place up to this is in the runs
        self._complete = 0
        self._unwritten = 0  # the first filter that knows hashes not yet in a run
        self._load()

    def add(self, hashes: U64, place: int) -> None:
        """All entries of one committed transaction. Places never go down."""
        self._complete = max(self._complete, place)
        if len(hashes):
            self._take(hashes, np.full(len(hashes), place, np.uint32))

    def load(self, parts: Iterable[tuple[U64, npt.NDArray[np.uint32]]], up_to: int) -> None:
        """All entries with places after `written_place` and up to `up_to`, in any order."""
        before = len(self._runs)
        for hashes, places in parts:
            if len(hashes):
                self._take(hashes, places)
        self._complete = max(self._complete, up_to)
        if len(self._runs) > before and self._count:
            self._write_run()

    def _take(self, hashes: U64, places: npt.NDArray[np.uint32]) -> None:
        self._remember(hashes)
        self._parts.append(_sorted([(hashes, places)]))
        self._count += len(hashes)
        if self._count >= self._size:
            self._write_run()
        elif len(self._parts) > _MOST_PARTS:
            self._parts.sort(key=lambda part: -len(part[0]))
            self._parts[-_MERGED_PARTS:] = [_sorted(self._parts[-_MERGED_PARTS:])]

    def find(self, hashes: U64) -> tuple[I64, I64]:
        """(index into `hashes`, place) for every place at which a hash perhaps lies; empty for surely new ones."""
        bits = bits_of(hashes)
        perhaps = [bloom.perhaps(hashes, bits) if bloom.count else None for bloom in self._blooms]
        candidates = np.flatnonzero(_any(perhaps, len(hashes)))
        if not len(candidates):
            return candidates, candidates
        wanted = hashes[candidates]
        order = np.argsort(wanted)
        wanted, candidates = wanted[order], candidates[order]
        indices, places = [], []
        for run in self._runs:
            mine = np.flatnonzero(_any(perhaps[run.blooms.start : run.blooms.stop], len(hashes))[candidates])
            index, place = run.find(wanted[mine])
            indices.append(mine[index])
            places.append(place)
        for index, place in (_matches(h, p, wanted) for h, p in self._parts):
            indices.append(index)
            places.append(place)
        if not indices:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return candidates[np.concatenate(indices)], np.concatenate(places)

    @property
    def nbytes(self) -> int:
        """Memory held by the filters and the entries not yet written."""
        entries = sum(h.nbytes + p.nbytes for h, p in self._parts)
        return sum(b.nbytes for b in self._blooms) + entries

    def _remember(self, hashes: U64) -> None:
        bloom = self._blooms[-1]
        if bloom.count + len(hashes) > bloom.capacity and bloom.count:
            bloom = self._grow(bloom, len(hashes))
        bloom.add(hashes)

    def _grow(self, bloom: Bloom, more: int) -> Bloom:
        larger = Bloom(min(max(bloom.capacity * 4, more), _LARGEST_BLOOM))
        if bloom.capacity < RUN and len(self._blooms) == 1 and not self._runs:
            self._blooms = []  # small enough to be made anew, so that a small index has one filter
            for hashes, _ in self._parts:
                larger.add(hashes)
        self._blooms.append(larger)
        return larger

    def _write_run(self) -> None:
        hashes, places = _sorted(self._parts)
        self._folder.mkdir(parents=True, exist_ok=True)
        number = len(self._manifest) + 1
        digest = xxhash.xxh3_64()
        with (self._folder / f"{number:06d}.run").open("wb") as file:
            for part in (hashes, places):
                digest.update(part.data)
                file.write(part.data)
            file.flush()
            os.fsync(file.fileno())
        self.written_place = self._complete
        self._manifest.append({"entries": len(hashes), "place": self.written_place, "digest": digest.intdigest()})
        self._save_manifest()
        self._open_run(number, len(hashes), range(self._unwritten, len(self._blooms)))
        self._parts, self._count, self._unwritten = [], 0, len(self._blooms) - 1

    def _save_manifest(self) -> None:
        part = self._folder / "runs.list.part"
        listed = json.dumps(self._manifest)
        part.write_text(f"{xxhash.xxh3_64_hexdigest(listed.encode())}\n{listed}")
        part.replace(self._folder / "runs.list")

    def _load(self) -> None:
        try:
            digest, _, text = (self._folder / "runs.list").read_text().partition("\n")
        except (OSError, UnicodeDecodeError):
            return
        if xxhash.xxh3_64_hexdigest(text.encode()) != digest:
            return
        listed = json.loads(text)
        for number, entry in enumerate(listed, start=1):
            if not self._intact(number, entry):
                break
            self._manifest.append(entry)
            self._open_run(number, entry["entries"], range(0))
            self.written_place = self._complete = entry["place"]
        for run in self._runs:
            self._remember(np.asarray(run.hashes))
            self._unwritten = len(self._blooms) - 1
            run.blooms = range(self._unwritten, len(self._blooms))  # a run's hashes are remembered by one filter
            run.pages.madvise(mmap.MADV_DONTNEED)

    def _intact(self, number: int, entry: dict[str, int]) -> bool:
        digest = xxhash.xxh3_64()
        try:
            with (self._folder / f"{number:06d}.run").open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
                return file.tell() == entry["entries"] * 12 and digest.intdigest() == entry["digest"]
        except OSError:
            return False

    def _open_run(self, number: int, entries: int, blooms: range) -> None:
        with (self._folder / f"{number:06d}.run").open("rb") as file:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        hashes = np.frombuffer(pages, np.uint64, entries)
        places = np.frombuffer(pages, np.uint32, entries, entries * 8)
        self._runs.append(_Run(hashes, places, pages, hashes[::_PAGE].copy(), blooms))
        pages.madvise(mmap.MADV_DONTNEED)


def _any(flags: Sequence[npt.NDArray[np.bool_] | None], count: int) -> npt.NDArray[np.bool_]:
    """Where one of the flags stands; None stands nowhere."""
    known = [each for each in flags if each is not None]
    return np.logical_or.reduce(known) if known else np.zeros(count, np.bool_)


def _sorted(parts: Iterable[tuple[U64, npt.NDArray[np.uint32]]]) -> tuple[U64, npt.NDArray[np.uint32]]:
    parts = list(parts)
    hashes = np.concatenate([h for h, _ in parts])
    places = np.concatenate([p for _, p in parts])
    order = np.argsort(hashes, kind="stable")  # parts are sorted already: merging them is cheap
    return hashes[order], places[order]


def _matches(hashes: U64, places: npt.NDArray[np.uint32], wanted: U64) -> tuple[I64, I64]:
    """Every (index into wanted, place); `hashes` and `wanted` are sorted, hashes may repeat."""
    low = np.searchsorted(hashes, wanted, "left")
    inside = np.flatnonzero(low < len(hashes))
    inside = inside[hashes[low[inside]] == wanted[inside]]
    if not len(inside):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first = low[inside]
    counts = np.searchsorted(hashes, wanted[inside], "right") - first
    total = np.repeat(inside, counts)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return total, places[np.repeat(first, counts) + steps].astype(np.int64)
