"""Tables as compressed bytes, for the log."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import zstandard

_LEVEL = 1
_LARGEST = 1 << 30  # no batch inflates to more


def pack(table: pa.Table) -> bytes:
    """An Arrow IPC stream, zstd."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(sink.getvalue())


def unpack(blob: bytes) -> pa.Table:
    """What `pack` was given."""
    return pa.ipc.open_stream(zstandard.ZstdDecompressor().decompress(blob, max_output_size=_LARGEST)).read_all()


def digest(*blobs: bytes | None) -> bytes:
    """SHA-256 of the blobs one after another, each with its length before it."""
    total = hashlib.sha256()
    for blob in blobs:
        total.update((len(blob) if blob is not None else 0).to_bytes(8, "big"))
        total.update(blob or b"")
    return total.digest()
