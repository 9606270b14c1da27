"""A blocked Bloom filter over 64-bit hashes in NumPy: "surely new", or "perhaps known".

A block is two neighbouring 64-bit words, so that a probe costs one cache line. Four bits are set in each word. With 16 bits a key about
1 probe in 1,000 of an unknown key says "perhaps".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
BITS_PER_KEY = 16
_SIX = np.uint64(63)
_ONE = np.uint64(1)
# two odd multipliers (from splitmix64): the bits inside a word must not depend on the bits that choose the block
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_CHUNK = 1 << 16  # temporaries stay in the processor's cache


class Bloom:
    def __init__(self, capacity: int) -> None:
        blocks = 1
        while blocks * 128 < capacity * BITS_PER_KEY:
            blocks *= 2
        self.capacity = capacity
        self.count = 0
        self._mask = np.uint64(blocks - 1)
        self._words = np.zeros(blocks * 2, np.uint64)

    def add(self, hashes: U64) -> None:
        for start in range(0, len(hashes), _CHUNK):
            part = hashes[start : start + _CHUNK]
            at = ((part & self._mask) << _ONE).astype(np.int64)
            np.bitwise_or.at(self._words, at, _bits(part, _MIX[0]))
            np.bitwise_or.at(self._words, at + 1, _bits(part, _MIX[1]))
        self.count += len(hashes)

    def perhaps(self, hashes: U64, bits: tuple[U64, U64]) -> npt.NDArray[np.bool_]:
        """For each hash, False when it was surely never added. `bits` are `bits_of(hashes)`, the same for every filter."""
        found = np.empty(len(hashes), np.bool_)
        for start in range(0, len(hashes), _CHUNK):
            part = hashes[start : start + _CHUNK]
            at = ((part & self._mask) << _ONE).astype(np.int64)
            first, second = (each[start : start + _CHUNK] for each in bits)
            found[start : start + _CHUNK] = ((self._words[at] & first) == first) & (
                (self._words[at + 1] & second) == second
            )
        return found

    @property
    def nbytes(self) -> int:
        return int(self._words.nbytes)


def bits_of(hashes: U64) -> tuple[U64, U64]:
    """The bits that a hash has in either word of its block."""
    return _bits(hashes, _MIX[0]), _bits(hashes, _MIX[1])


def _bits(hashes: U64, multiplier: np.uint64) -> U64:
    mixed = hashes * multiplier
    bits = _ONE << (mixed >> np.uint64(58))
    for shift in (52, 46, 40):
        bits |= _ONE << ((mixed >> np.uint64(shift)) & _SIX)
    return bits
