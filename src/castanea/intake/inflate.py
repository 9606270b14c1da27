"""Inflates a body within bounds, piece by piece: what grows beyond them is refused before it is held."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import zstandard

from castanea.kit.errors import InputError

_PIECE = 1 << 18
_RATIO = 200  # JSON of events inflates by 5 to 40
_FREE = 1 << 20  # below this size the ratio does not matter
_GZIP = 16 + zlib.MAX_WBITS
_WINDOW = 1 << 23
_SLICE = 256  # a zstd block of 4 bytes may hold 128 KB: no slice inflates to more than 8 MB


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its content encoding (`gzip`, `zstd`, or none).

    Raises InputError: `request.too_large` beyond `limit` bytes, `request.bad_encoding` when it is damaged or inflates suspiciously,
    `request.content_encoding` for another encoding.
    """
    if encoding in ("", "identity"):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    if encoding == "gzip":
        pieces = _gzip(body)
    elif encoding == "zstd":
        pieces = _zstd(body)
    else:
        raise InputError(
            f"the content encoding {encoding!r} is not understood; valid: gzip, zstd",
            code="request.content_encoding",
            values={"given": encoding, "valid": "gzip, zstd"},
        )
    return _bounded(pieces, len(body), limit, encoding)


def _bounded(pieces: Iterator[bytes], sent: int, limit: int, encoding: str) -> bytes:
    whole = bytearray()
    try:
        for piece in pieces:
            whole += piece
            if len(whole) > limit:
                raise _too_large(limit)
            if len(whole) > max(_FREE, sent * _RATIO):
                raise _damaged(f"inflates to more than {_RATIO} times its size", encoding)
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise _damaged(str(error), encoding) from error
    return bytes(whole)


def _gzip(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest:  # a gzip file may have several members
        inflater = zlib.decompressobj(_GZIP)
        while not inflater.eof:
            piece = inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
            if not piece and not rest and not inflater.eof:
                raise EOFError("it ends too early")
            yield piece
        rest = inflater.unused_data


def _zstd(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest:
        inflater = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        position = 0
        while not inflater.eof:
            if position >= len(rest):
                raise EOFError("it ends too early")
            yield inflater.decompress(rest[position : position + _SLICE])
            position += _SLICE
        rest = inflater.unused_data + rest[position:]


def _too_large(limit: int) -> InputError:
    return InputError(
        f"the body is larger than {limit} bytes; nothing was kept, send it in smaller parts",
        code="request.too_large",
        values={"limit": limit},
    )


def _damaged(why: str, encoding: str) -> InputError:
    return InputError(
        f"the body is no readable {encoding} ({why}); nothing was kept, send it again",
        code="request.bad_encoding",
        values={"encoding": encoding, "reason": why},
    )
