"""The key index forgets nothing: over filters that grow, runs on disk, restarts and damaged runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castanea.warehouse.bloom import Bloom, bits_of
from castanea.warehouse.key_index import KeyIndex

RUN = 5_000


def _hashes(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def _all_found(index: KeyIndex, upto: int) -> bool:
    for place in range(1, upto + 1):
        number, places = index.find(_hashes(place, 700))
        found = {int(n) for n, p in zip(number, places, strict=True) if p == place}
        if len(found) != 700:
            return False
    return True


def test_every_entry_is_found_at_its_place(tmp_path: Path) -> None:
    index = KeyIndex(tmp_path, RUN)
    for place in range(1, 101):
        index.add(_hashes(place, 700), place)
    assert _all_found(index, 100)
    number, _ = index.find(_hashes(999, 10_000))
    assert len(number) == 0


def test_a_restart_needs_only_what_no_run_holds_yet(tmp_path: Path) -> None:
    index = KeyIndex(tmp_path, RUN)
    for place in range(1, 31):
        index.add(_hashes(place, 700), place)
    again = KeyIndex(tmp_path, RUN)
    assert 0 < again.written_place < 30
    missing = [(_hashes(p, 700), np.full(700, p, np.uint32)) for p in range(again.written_place + 1, 31)]
    again.load(missing, 30)
    assert _all_found(again, 30)


@pytest.mark.parametrize("harm", ["bend", "cut", "lose", "manifest"])
def test_damaged_runs_are_asked_for_again(tmp_path: Path, harm: str) -> None:
    index = KeyIndex(tmp_path, RUN)
    for place in range(1, 31):
        index.add(_hashes(place, 700), place)
    run = tmp_path / ("runs.list" if harm == "manifest" else "000002.run")
    held = bytearray(run.read_bytes())
    held[len(held) // 2] ^= 1
    if harm == "lose":
        run.unlink()
    else:
        run.write_bytes(held[:-12] if harm == "cut" else held)
    again = KeyIndex(tmp_path, RUN)
    assert again.written_place < index.written_place
    again.load([(_hashes(p, 700), np.full(700, p, np.uint32)) for p in range(again.written_place + 1, 31)], 30)
    assert _all_found(again, 30)
    for place in range(31, 61):
        again.add(_hashes(place, 700), place)
    assert _all_found(again, 60)
    assert _all_found(KeyIndex(tmp_path, RUN), again.written_place)


def test_a_filter_says_perhaps_of_few_unknown_keys() -> None:
    bloom = Bloom(100_000)
    bloom.add(_hashes(1, 100_000))
    assert bloom.perhaps(_hashes(1, 100_000), bits_of(_hashes(1, 100_000))).all()
    assert bloom.perhaps(_hashes(2, 100_000), bits_of(_hashes(2, 100_000))).mean() < 0.005


def test_few_hashes_are_found_in_runs_of_many_pages_also_those_that_repeat_over_pages(tmp_path: Path) -> None:
    repeated = np.sort(_hashes(7, 40_000))[20_000]
    index = KeyIndex(tmp_path, 40_000)
    for place in range(1, 121):
        index.add(np.append(_hashes(place, 2_000), np.full(20, repeated, np.uint64)), place)
    for asked in (index, KeyIndex(tmp_path, 40_000)):
        wanted = np.concatenate([_hashes(p, 2_000)[[0, 999]] for p in range(1, 100)] + [[repeated], _hashes(500, 300)])
        number, places = asked.find(wanted.astype(np.uint64))
        found = set(zip(number.tolist(), places.tolist(), strict=True))
        assert {(2 * (p - 1) + i, p) for p in range(1, 100) for i in (0, 1)} <= found
        assert sorted(p for n, p in found if n == 198)[:99] == list(range(1, 100))
        assert max(number) <= 198
