"""Messages on the socket between Castanea's processes: a JSON head and a raw body, each with its length before it.

A request's head is {"id", "op", …}; an answer's {"id", "ok": true, …} or {"id", "error": {…}}; a pushed message's {"id", "push": true, …}.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from castanea.kit import errors
from castanea.kit.errors import Busy, CastaneaError, Unavailable

_LENGTHS = struct.Struct(">II")
_LONGEST_HEAD, _LONGEST_BODY = 16 << 20, 1 << 30
_LONGEST_ADDRESS = 100  # bytes that a socket's address may have, with some to spare


def packed(head: dict[str, Any], body: bytes = b"") -> bytes:
    encoded = msgspec.json.encode(head)
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


async def read_message(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """Raises Unavailable when the other side goes away or does not speak this language."""
    try:
        head, body = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        _check(head, body)
        return msgspec.json.decode(await reader.readexactly(head), type=dict), await reader.readexactly(body)
    except (asyncio.IncompleteReadError, ConnectionError) as gone:
        raise gone_away() from gone


def read_message_now(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The same on a blocking socket."""
    head, body = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size))
    _check(head, body)
    return msgspec.json.decode(_exactly(channel, head), type=dict), _exactly(channel, body)


def gone_away() -> Unavailable:
    return Unavailable(
        "the server's warehouse process does not answer; nothing that was acknowledged is lost, try again in a moment",
        code="link.unavailable",
    )


def error_head(error: CastaneaError) -> dict[str, Any]:
    """An error as it crosses the socket: its class, code, sentence and values."""
    known = type(error)
    while known.__module__ != errors.__name__:
        known = known.__mro__[1]
    values = {k: v if isinstance(v, (str, int, float, bool, list, tuple)) else str(v) for k, v in error.values.items()}
    return {"class": known.__name__, "code": error.code, "message": str(error), "values": values}


def error_of(head: dict[str, Any]) -> CastaneaError:
    """The error that `error_head` described, of the same class of the root tree."""
    values = dict(head["values"])
    if head["class"] == Busy.__name__:
        return Busy(head["message"], retry_after=float(values.get("retry_after", 1)), code=head["code"])
    known = getattr(errors, head["class"], CastaneaError)
    made: CastaneaError = known(head["message"], code=head["code"], values=values)
    return made


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """The path as a socket can bear it, while it binds or connects: a long one by way of its folder's descriptor."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def bound(path: Path) -> socket.socket:
    """A socket that this user's processes alone may connect to, in the place of what lies at `path`."""
    path.unlink(missing_ok=True)
    channel = socket.socket(socket.AF_UNIX)
    try:
        with address_of(path) as address:
            channel.bind(address)
        path.chmod(0o600)
    except OSError:
        channel.close()
        raise
    return channel


def _check(head: int, body: int) -> None:
    if head > _LONGEST_HEAD or body > _LONGEST_BODY:
        raise Unavailable(
            f"a message of {head} + {body} bytes on the socket; is another program talking on it?", code="link.broken"
        )


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise gone_away()
        parts += part
    return bytes(parts)
