"""One open stream: where its bytes go, and how much of them waits.

Under uvicorn the bytes go straight to the transport: one call per viewer and frame, no task woken, and the event's bytes are shared by
all. Under any other server they go through ASGI's `send` in the request's own task.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Protocol, cast

from starlette.types import Send

from castanea.access import Principal

# What may wait in a viewer's buffer before it only gets the newest: a frame or two.
FULL = 32 * 1024
# What the operating system may hold for a viewer who does not read; it grows to megabytes by itself otherwise.
SOCKET_BUFFER = 128 * 1024


class Sink(Protocol):
    def waiting(self) -> int:
        """Bytes not yet handed to the operating system."""

    def write(self, event: bytes, framed: bytes) -> None:
        """Take an event: `event` as it is, `framed` as a chunk of HTTP/1.1."""

    def abort(self) -> None:
        """Drop the connection, with what waits in it."""


class TransportSink:
    """uvicorn's connection, once its response has started."""

    def __init__(self, cycle: Any) -> None:
        self._cycle = cycle
        self._transport = cast(asyncio.Transport, cycle.transport)
        self._chunked = bool(cycle.chunked_encoding)
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)

    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    def write(self, event: bytes, framed: bytes) -> None:
        if not self._cycle.disconnected:
            self._transport.write(framed if self._chunked else event)

    def abort(self) -> None:
        self._transport.abort()


class QueueSink:
    """Any ASGI server: `pump` sends in the request's own task."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._events: list[bytes] = []
        self._size = 0
        self._wake = asyncio.Event()
        self._over = False

    def waiting(self) -> int:
        return self._size

    def write(self, event: bytes, framed: bytes) -> None:  # noqa: ARG002
        self._events.append(event)
        self._size += len(event)
        self._wake.set()

    def abort(self) -> None:
        self._over = True
        self._wake.set()

    async def pump(self) -> None:
        """Send until aborted or cancelled."""
        while not self._over:
            await self._wake.wait()
            self._wake.clear()
            while self._events and not self._over:
                event = self._events.pop(0)
                await self._send({"type": "http.response.body", "body": event, "more_body": True})
                self._size -= len(event)


class Subscriber:
    """A viewer: who, which views, and which of them it is behind on. `topic`: what else it is told of, empty = nothing."""

    __slots__ = ("behind", "closed", "principal", "sink", "stuck_since", "topic", "views")

    def __init__(
        self, principal: Principal, views: tuple[str, ...], sink: Sink, closed: asyncio.Future[str], topic: str = ""
    ) -> None:
        self.principal = principal
        self.views = views
        self.topic = topic
        self.sink = sink
        self.closed = closed
        self.behind: set[str] = set()
        self.stuck_since: float | None = None

    def ready(self) -> bool:
        return self.sink.waiting() < FULL

    def close(self, reason: str) -> None:
        """Let the stream end; `reason` is told to the browser."""
        if not self.closed.done():
            self.closed.set_result(reason)


def framed(event: bytes) -> bytes:
    """The event as one chunk of HTTP/1.1."""
    return b"%x\r\n%b\r\n" % (len(event), event)
