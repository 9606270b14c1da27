"""Events from outside: bodies in, a receipt out once everything is durable.

`EventIntake` knows nothing of HTTP. One thread reads, checks, seals and appends the bodies that wait, many senders' together: while one
group is made durable the next gathers, so a lone event is not kept waiting and a crowd shares its fsync. The queue is bounded in bytes
and in events; what does not fit is refused with Busy, and when to come again.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from castanea.intake.event_arrow import read_stream
from castanea.intake.event_batches import Assembly, Outcome
from castanea.intake.event_lines import Shapes, read_lines
from castanea.intake.inflate import inflate
from castanea.intake.landing import Landing
from castanea.intake.received import Received
from castanea.intake.shop_zones import ShopZones
from castanea.intake.signature import sign, verify_signature
from castanea.kit.clock import Clock, SystemClock, monotonic
from castanea.kit.errors import Busy, CastaneaError, InputError, Unavailable

__all__ = ["EventIntake", "EventLimits", "Receipt", "sign", "verify_signature"]

JSON, NDJSON, ARROW = "application/json", "application/x-ndjson", "application/vnd.apache.arrow.stream"
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_BYTES_PER_EVENT = 150


@dataclass(frozen=True)
class EventLimits:
    """Bytes are inflated bytes. A group is what one commit takes; a request larger than that is a group of its own."""

    body_bytes: int = 32 << 20
    body_events: int = 100_000
    queue_bytes: int = 48 << 20
    queue_events: int = 200_000
    group_bytes: int = 6 << 20
    group_events: int = 20_000


@dataclass(frozen=True)
class Receipt:
    """What is durable: received = accepted + quarantined (events; the lines inside orders are counted apart).

    `offsets` are the log's batches that hold them. `errors` shows the first 20 with row, code, table, column, rule. Whether an event
    was known already is found out later, when it is loaded.
    """

    received: int
    accepted: int
    quarantined: int
    offsets: tuple[int, ...] = ()
    errors: tuple[dict[str, Any], ...] = ()
    lines: int = 0
    lines_quarantined: int = 0


@dataclass
class _Request:
    body: bytes
    content_type: str
    source: str
    events: int
    settle: Callable[[Receipt | Exception], None]


class EventIntake:
    """`zones` gives shops' own zones for times without an offset; others are read in the workspace's. Started by its first request;
    `close` ends it after what was taken in is durable."""

    def __init__(
        self,
        landing: Landing,
        limits: EventLimits | None = None,
        *,
        clock: Clock | None = None,
        zones: ShopZones | None = None,
    ) -> None:
        self._landing, self.limits = landing, limits or EventLimits()
        self._clock, self._zones = clock or SystemClock(), zones or ShopZones()
        self._waiting: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._bytes = self._events = 0
        self._closed = False
        self._rate = 0.0  # bytes a second lately
        self._shapes = Shapes()
        self._thread: threading.Thread | None = None
        self._inflating = threading.BoundedSemaphore(2)

    async def submit(self, body: bytes, content_type: str, content_encoding: str, source: str) -> Receipt:
        """Land a body's events; returns when they are durable.

        Raises Busy when the queue is full, InputError when the body as a whole is unreadable or too large, NoSpace, Unavailable. One bad
        event is no error: it is quarantined and counted.
        """
        if content_encoding not in ("", "identity"):
            self._refuse_when_full(len(body), 0)
            body = await asyncio.to_thread(self._inflated, body, content_encoding)
        else:
            inflate(body, "", self.limits.body_bytes)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()

        def settle(result: Receipt | Exception) -> None:
            loop.call_soon_threadsafe(_settle, future, result)

        self._enqueue(_Request(body, content_type, source, _estimate(body, content_type), settle))
        return await future

    def close(self) -> None:
        """Waits until what was taken in is durable; later submissions raise Unavailable."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _inflated(self, body: bytes, encoding: str) -> bytes:
        with self._inflating:
            return inflate(body, encoding, self.limits.body_bytes)

    def _refuse_when_full(self, size: int, events: int) -> None:
        full = self._bytes + size > self.limits.queue_bytes or self._events + events > self.limits.queue_events
        if self._waiting and full:
            seconds = min(30.0, max(0.5, self._bytes / self._rate if self._rate else 1.0))
            raise Busy(
                f"too many events wait to be kept; nothing of this was kept, send it again in {seconds:.1f} s",
                retry_after=seconds,
                code="intake.busy",
            )

    def _enqueue(self, request: _Request) -> None:
        with self._changed:
            if self._closed:
                raise Unavailable(
                    "the server is stopping; nothing of this was kept, send it again", code="server.stopping"
                )
            self._refuse_when_full(len(request.body), request.events)
            self._waiting.append(request)
            self._bytes += len(request.body)
            self._events += request.events
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="castanea-intake", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _work(self) -> None:
        while group := self._next_group():
            start, size = monotonic(), sum(len(r.body) for r in group)
            self._land(group)
            self._rate = 0.8 * self._rate + 0.2 * size / max(1e-6, monotonic() - start)

    def _next_group(self) -> list[_Request]:
        """What waits, up to a group's size; empty when closed and nothing waits any more."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            group: list[_Request] = []
            size = events = 0
            while self._waiting:
                request = self._waiting[0]
                size, events = size + len(request.body), events + request.events
                if group and (size > self.limits.group_bytes or events > self.limits.group_events):
                    break
                group.append(self._waiting.popleft())
                self._bytes -= len(request.body)
                self._events -= request.events
            return group

    def _land(self, group: Sequence[_Request]) -> None:
        try:
            results = self._landed(group)
        except CastaneaError as error:
            results = [error] * len(group)
        except Exception as error:  # noqa: BLE001 (the worker's outermost loop: one request must not end it, nor fail the others)
            if len(group) > 1:
                for request in group:
                    self._land([request])
                return
            results = [error]
        for request, result in zip(group, results, strict=True):
            request.settle(result)

    def _landed(self, group: Sequence[_Request]) -> list[Receipt | Exception]:
        failures: dict[int, Exception] = {}
        sources = [r.source for r in group]
        assembly = Assembly(sources, self._clock.now(), self._landing.settings.zone, self._zones)
        lines: list[list[bytes]] = []
        for number, request in enumerate(group):
            lines.append([])
            try:
                if request.content_type == ARROW:
                    assembly.add(read_stream(request.body, self.limits.body_events), number)
                else:
                    lines[-1] = _lines(request, self.limits.body_events)
            except InputError as error:
                failures[number] = error
        assembly.add(self._read(lines), 0)
        batches = assembly.batches()
        offsets = self._landing.land(batches) if batches else []
        return [failures.get(n) or _receipt(outcome, offsets) for n, outcome in enumerate(assembly.outcomes)]

    def _read(self, lines: Sequence[Sequence[bytes]]) -> Received:
        return read_lines(lines, self._shapes)


def _settle(future: asyncio.Future[Receipt], result: Receipt | Exception) -> None:
    if future.cancelled():  # the sender has gone; what it sent is durable all the same
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def _receipt(outcome: Outcome, offsets: Sequence[int]) -> Receipt:
    return Receipt(
        outcome.received,
        outcome.received - outcome.quarantined,
        outcome.quarantined,
        tuple(offsets[n] for n in sorted(outcome.batches)),
        tuple(sorted(outcome.errors, key=lambda e: e["row"])),
        outcome.lines,
        outcome.lines_quarantined,
    )


def _estimate(body: bytes, content_type: str) -> int:
    return body.count(b"\n") + 1 if content_type == NDJSON else len(body) // _BYTES_PER_EVENT + 1


def _lines(request: _Request, most: int) -> list[bytes]:
    """The body's events, one JSON text each. Raises InputError `request.not_json` or `request.too_large`."""
    body = request.body.removeprefix(b"\xef\xbb\xbf")
    lines = _split(body) if request.content_type == NDJSON else _elements(body)
    if len(lines) > most:
        raise InputError(
            f"{len(lines)} events in one request; nothing was kept, send at most {most} at a time",
            code="request.too_large",
            values={"limit": most},
        )
    return lines


def _split(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\n") if line and not line.isspace()]


def _elements(body: bytes) -> list[bytes]:
    """The elements of a JSON array, or the one object there is, without line breaks (those between values mean nothing)."""
    if body.lstrip()[:1] == b"{":
        body = b"[" + body + b"]"
    try:
        raws = _RAWS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"the body is no readable JSON array: {error}; nothing was kept",
            code="request.not_json",
            values={"reason": str(error)},
        ) from error
    return [bytes(raw).replace(b"\r", b" ").replace(b"\n", b" ") for raw in raws]
