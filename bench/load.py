"""A load generator for one server on loopback: bodies are made beforehand, so that sending costs next to nothing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

PROVINCES = ("浙江", "江苏", "广东", "上海", "北京", "山东", "四川", "福建")
CHANNELS = ("tmall", "douyin", "jd", "pinduoduo", "miniprogram")


@dataclass
class Sent:
    """`acks` are seconds from the last byte sent to the answer read, per request."""

    events: int = 0
    seconds: float = 0.0
    acks: list[float] = field(default_factory=list)
    refused: int = 0

    def quantile(self, q: float) -> float:
        return float(np.quantile(self.acks, q)) * 1000 if self.acks else float("nan")


def behaviour_bodies(events: int, per_body: int, seed: int, first: int = 0) -> list[bytes]:
    """NDJSON bodies of page and product views, about 200 bytes an event, ids from `first` on."""
    rng = np.random.default_rng(seed)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    kinds = np.array(["page_view", "product_view", "product_view", "add_to_cart", "search"])
    frame = pl.DataFrame({
        "kind": pl.repeat("web_event", events, eager=True),
        "event_id": [f"b{seed}-{n}" for n in range(first, first + events)],
        "time": pl.repeat(now, events, eager=True),
        "event": kinds[rng.integers(0, len(kinds), events)],
        "visitor_id": np.char.add("v", rng.integers(0, max(events // 8, 1), events).astype(str)),
        "channel_id": np.array(CHANNELS)[rng.integers(0, len(CHANNELS), events)],
        "device": np.array(["phone", "phone", "desktop"])[rng.integers(0, 3, events)],
        "product_id": np.char.add("HS-", rng.integers(0, 400, events).astype(str)),
    })  # fmt: skip
    return _bodies(frame, per_body)


CORRECTED = 0.05


def order_bodies(
    events: int,
    per_body: int,
    seed: int,
    first: int = 0,
    *,
    persons: int = 200_000,
    new_share: float = 0.05,
    days: int = 0,
    again: tuple[int, int] | None = None,
) -> list[bytes]:
    """NDJSON bodies of orders with one line, four personal fields; `new_share` of them by persons not met before.

    The other persons are numbered 0 to `persons`; with `new_share` 0 and `persons` = `events` every one of them orders once. Orders are of
    now, or of any of the last `days`; with `again` = (seed, number of orders) 5 % correct an order of those bodies.
    """
    rng = np.random.default_rng(seed)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    fresh = rng.random(events) < new_share
    person = np.where(
        fresh,
        persons + first + np.arange(events),
        rng.permutation(persons) if persons == events else rng.integers(0, persons, events),
    )
    amount = rng.integers(900, 40_000, events)
    times = [now] * events
    if days:
        seconds = rng.integers(0, days * 86_400, events)
        times = [f"{datetime.now(UTC) - timedelta(seconds=int(s)):%Y-%m-%dT%H:%M:%S.000Z}" for s in seconds]
    numbers = [f"o{seed}-{first + n}" for n in range(events)]
    if again is not None:
        late = np.flatnonzero(rng.random(events) < CORRECTED)
        for n, old in zip(late, rng.integers(0, again[1], len(late)), strict=True):
            numbers[n] = f"o{again[0]}-{old}"
    rows = [
        json.dumps({
            "kind": "order", "order_id": numbers[n], "order_time": times[n], "pay_time": times[n], "status": "paid",
            "customer_id": f"c{person[n]}", "customer_name": f"顾客{person[n]}", "phone": f"1000{person[n]:08d}",
            "email": f"c{person[n]}@example.com", "address": f"人民路{person[n] % 997}号", "channel_id": CHANNELS[person[n] % 5],
            "province": PROVINCES[person[n] % 8], "currency": "CNY",
            "lines": [{"kind": "product", "line_id": "1", "product_id": f"HS-{amount[n] % 400}", "quantity": "1", "amount": f"{amount[n] / 100:.2f}"}],
        }, ensure_ascii=False).encode()
        for n in range(events)
    ]  # fmt: skip
    return [b"\n".join(rows[n : n + per_body]) + b"\n" for n in range(0, events, per_body)]


def _bodies(frame: pl.DataFrame, per_body: int) -> list[bytes]:
    return [frame.slice(n, per_body).write_ndjson().encode() for n in range(0, frame.height, per_body)]


async def send(
    port: int,
    key: str,
    bodies: Sequence[bytes],
    per_body: int,
    *,
    connections: int = 8,
    rate: float | None = None,
    sent_at: list[float] | None = None,
) -> Sent:
    """Send all bodies over some connections, as fast as they are answered or at `rate` events a second. A 429 is waited out and sent again.

    `sent_at` collects when the last byte of each acknowledged body was written (perf_counter), in order when there is one connection."""
    result, queue = Sent(), iter(enumerate(bodies))
    begin = time.perf_counter()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, body in queue:
            if rate is not None:
                await asyncio.sleep(max(0.0, begin + number * per_body / rate - time.perf_counter()))
            status = 429
            while status == 429:
                status, wait, at, took = await _post(reader, writer, key, body)
                if status == 429:
                    result.refused += 1
                    await asyncio.sleep(wait)
                elif status != 202:
                    raise RuntimeError(f"the server answered {status}")
                else:
                    result.acks.append(took)
                    if sent_at is not None:
                        sent_at.append(at)
            result.events += per_body
        writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    result.seconds = time.perf_counter() - begin
    return result


async def _post(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, body: bytes
) -> tuple[int, float, float, float]:
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    begin = time.perf_counter()
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
    took = time.perf_counter() - begin
    fields = dict(line.split(": ", 1) for line in answer.lower().split("\r\n")[1:] if ": " in line)
    if length := int(fields.get("content-length", "0")):
        await reader.readexactly(length)
    return int(answer.split(" ", 2)[1]), float(fields.get("retry-after", "1")), begin, took
