"""What the parts of intake cost: processor time per event, and the ratio to JSON parsing alone (the machine differs, the ratio less).

python -m bench.intake_parts [--events 100000] [--batch 1000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import json
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import NDJSON, EventIntake, EventLimits
from castanea.intake.landing import Landing
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.kit.errors import Busy
from castanea.vault import Vault

SENDERS = 8


def behaviour(count: int, seed: int, visitors: int = 20_000) -> list[bytes]:
    """Web events of about 200 bytes."""
    rng = random.Random(seed)
    return [
        _line({
            "kind": "web_event", "event_id": f"{seed:04x}{rng.getrandbits(64):016x}",
            "time": f"2026-11-20T14:{rng.randrange(60):02d}:{rng.randrange(60):02d}.{rng.randrange(1000):03d}Z",
            "event": rng.choice(("page_view", "product_view", "add_to_cart")), "visitor_id": f"v{rng.randrange(visitors):08d}",
            "channel_id": "tmall", "device": "phone", "product_id": f"P{rng.randrange(500):05d}",
        })
        for _ in range(count)
    ]  # fmt: skip


def orders(count: int, seed: int, fresh: float = 0.05) -> list[bytes]:
    """Orders with four personal columns; a share of them by persons never met before."""
    rng, lines = random.Random(seed), []
    for number in range(count):
        who = f"{seed}-{number}" if rng.random() < fresh else f"{rng.randrange(2_000)}"
        lines.append(_line({
            "kind": "order", "order_id": f"{seed:04d}{number:08d}", "order_time": "2026-11-20T14:36:00Z",
            "pay_time": "2026-11-20T14:37:00Z", "status": "paid", "customer_id": f"C{who}", "customer_name": f"王小{who}",
            "phone": f"138{number:08d}", "email": f"u{who}@example.com", "address": f"浙江省杭州市西湖区文一路{who}号",
            "channel_id": "tmall", "province": "浙江", "city": "杭州", "currency": "CNY", "total": "199.00",
        }))  # fmt: skip
    return lines


def _line(event: dict[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def _send(intake: EventIntake, bodies: Sequence[bytes], waits: list[float]) -> None:
    rest = iter(bodies)

    async def sender() -> None:
        for body in rest:
            while True:
                start = time.perf_counter()
                try:
                    await intake.submit(body, NDJSON, "", "bench")
                except Busy as busy:
                    await asyncio.sleep(busy.retry_after)
                    continue
                waits.append(time.perf_counter() - start)
                break

    await asyncio.gather(*(sender() for _ in range(SENDERS)))


def _measure(name: str, lines: Sequence[bytes], batch: int, intake: EventIntake) -> None:
    bodies = [b"\n".join(lines[i : i + batch]) for i in range(0, len(lines), batch)]
    warm = max(1, len(bodies) // 5)
    decoder = msgspec.json.Decoder()
    parsing = _cpu(lambda: [decoder.decode_lines(body) for body in bodies]) / len(lines)
    waits: list[float] = []
    asyncio.run(_send(intake, bodies[:warm], []))
    wall = time.perf_counter()
    cpu = _cpu(lambda: asyncio.run(_send(intake, bodies[warm:], waits)))
    count = len(lines) - warm * batch
    wall = time.perf_counter() - wall
    waits.sort()
    size = sum(map(len, lines)) / len(lines)
    print(
        f"{name:<12} {count / wall:>9,.0f} events/s  {cpu / count * 1e6:6.2f} µs CPU/event  {cpu / count / parsing:5.1f} × parsing alone"
        f"  ({parsing * 1e6:.2f} µs)  {size:.0f} bytes  ack p50 {waits[len(waits) // 2] * 1e3:.1f} p99 {waits[int(len(waits) * 0.99)] * 1e3:.1f} ms"
    )


def _cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=100_000)
    arguments.add_argument("--batch", type=int, default=1_000)
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--profile", action="store_true")
    given = arguments.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        log, vault = SqliteEventLog(folder / "log" / "events.db"), Vault(folder / "vault")
        intake = EventIntake(Landing(log, vault, WorkspaceSettings("bench")), EventLimits())
        for name, lines in (("behaviour", behaviour(given.events, 1)), ("orders", orders(given.events // 3, 2))):
            if given.profile:
                _profiled(name, lines, given.batch, intake)
            else:
                _measure(name, lines, given.batch, intake)
        intake.close()
        vault.close()
        log.close()
        size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        print(
            f"on disk {size / 1e6:.1f} MB; most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )


def _profiled(name: str, lines: Sequence[bytes], batch: int, intake: EventIntake) -> None:
    profile = cProfile.Profile()
    work = intake._work  # noqa: SLF001
    intake._work = lambda: profile.runcall(work)  # type: ignore[method-assign]  # noqa: SLF001
    intake._thread = None  # noqa: SLF001
    _measure(name, lines, batch, intake)
    intake.close()
    intake._closed, intake._work = False, work  # type: ignore[method-assign]  # noqa: SLF001
    pstats.Stats(profile).sort_stats("tottime").print_stats(22)


if __name__ == "__main__":
    main()
