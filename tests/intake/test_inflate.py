"""Compressed bodies are inflated within bounds."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from castanea.intake.inflate import inflate
from castanea.kit.errors import InputError

PACK = {"gzip": gzip.compress, "zstd": zstandard.compress}


@given(st.binary(max_size=5000), st.sampled_from(list(PACK)))
def test_a_packed_body_comes_out_as_it_went_in(body, encoding):
    assert inflate(PACK[encoding](body), encoding, 10_000) == body


@pytest.mark.parametrize("encoding", PACK)
def test_several_members_or_frames_are_one_body(encoding):
    assert inflate(PACK[encoding](b"one ") + PACK[encoding](b"two"), encoding, 100) == b"one two"


@pytest.mark.parametrize("encoding", PACK)
def test_a_body_that_inflates_beyond_the_limit_is_refused_before_it_is_held(encoding):
    bomb = PACK[encoding](b"\0" * (200 << 20))
    tracemalloc.start()
    with pytest.raises(InputError) as refused:
        inflate(bomb, encoding, 32 << 20)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code in ("request.too_large", "request.bad_encoding")
    assert most < 80 << 20


@pytest.mark.parametrize("encoding", PACK)
def test_a_body_cut_short_or_damaged_is_refused(encoding):
    packed = PACK[encoding](bytes(range(256)) * 20)
    for bad in (packed[:-5], packed[: len(packed) // 2], b"nonsense" + packed, packed + b"tail"):
        with pytest.raises(InputError):
            inflate(bad, encoding, 100_000)


def test_an_unknown_encoding_names_the_valid_ones():
    with pytest.raises(InputError, match="gzip, zstd"):
        inflate(b"", "br", 10)
