"""Frames between the reading child and its parent: a JSON message with an optional payload of bytes behind it."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import msgspec

HEAD = struct.Struct(">IQ")


def write_frame(out: BinaryIO, message: dict[str, Any], payload: bytes | memoryview = b"") -> None:
    body = msgspec.json.encode(message)
    out.write(HEAD.pack(len(body), len(payload)))
    out.write(body)
    if payload:
        out.write(payload)
    out.flush()
