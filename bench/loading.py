"""The loader alone: processor time per row of the log → facts + rollups + books, with no HTTP and no log on disk.

    python -m bench.loading [events] [orders] [small] [rebuild] [big] [--rows N] [--known N] [--profile]

* `events`, `orders`: N rows in transactions of 50,000 (an order = its row and one or two lines); beside it a bare Arrow insert.
* `small`: transactions of 100 rows, as at 1,000 rows/s with a tick of 100 ms; wall time of each.
* `rebuild`: the same rows from the log alone.
* `big`: `--known` event ids in the file first (kept in /tmp between runs), then `events` and `small` against it.

Seeds are fixed. `CPU` is this process' processor time.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from castanea.contracts.log import LandedBatch, NewBatch
from castanea.contracts.table import ARROW, Type
from castanea.contracts.tables import TABLES
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics.catalog import Catalog
from castanea.warehouse import DuckWarehouse
from castanea.warehouse.schema import contract_digest, create_fact, physical_names, quoted

SETTINGS = WorkspaceSettings("bench")
FOLDER = Path(os.environ.get("CASTANEA_BENCH", "/tmp/castanea-bench-loading"))
BATCH = 1000
START = 1_763_000_000_000_000  # microseconds


class Feed:
    """An event log that makes its batches when they are read."""

    def __init__(self, make: Callable[[int], NewBatch], batches: int) -> None:
        self.make, self.batches = make, batches

    def read(self, after: int, max_rows: int) -> Iterator[LandedBatch]:
        given = 0
        while after < self.batches and given < max_rows:
            after += 1
            batch = self.make(after)
            given += batch.received
            yield LandedBatch(after, datetime(2026, 1, 1, tzinfo=UTC), 1, batch)

    def of_table(self, _table: str) -> Iterator[LandedBatch]:
        return iter(())  # a feed holds events only

    def append(self, batches: Sequence[NewBatch]) -> list[int]:
        raise NotImplementedError

    def head(self) -> int:
        return self.batches

    def rows_after(self, offset: int) -> int:
        return (self.batches - offset) * BATCH

    def close(self) -> None:
        return None


def table_of(name: str, count: int, **given: pa.Array) -> pa.Table:
    columns = []
    for column in TABLES[name].landed:
        kind = ARROW[column.type]
        if column.name in given:
            array = given[column.name]
            columns.append(array if array.type == kind or column.type is Type.UUID else array.cast(kind))
        elif column.name in ("_occurrence", "_row"):
            columns.append(pa.array(np.ones(count, np.int64)))
        elif column.type is Type.UUID:
            columns.append(pa.ExtensionArray.from_storage(pa.uuid(), pa.nulls(count, pa.binary(16))))
        else:
            columns.append(pa.nulls(count, kind))
    return pa.table(columns, names=[c.name for c in TABLES[name].landed])


def words(rng: np.random.Generator, prefix: str, among: int, count: int) -> pa.Array:
    return named(prefix, among, rng.integers(0, among, count))


def named(prefix: str, among: int, which: np.ndarray) -> pa.Array:
    dictionary = pa.array([f"{prefix}{i}" for i in range(among)])
    return pa.DictionaryArray.from_arrays(pa.array((which % among).astype(np.int32)), dictionary).cast(pa.string())


def people(who: np.ndarray) -> pa.Array:
    high = who.astype(np.uint64)
    both = np.stack([high * np.uint64(0x9E3779B97F4A7C15), high], axis=1)
    storage = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(who), [None, pa.py_buffer(both.tobytes())])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


def times(first: int, count: int, per_second: float) -> pa.Array:
    step = 1_000_000 / per_second
    return pa.array((START + (first + np.arange(count)) * step).astype(np.int64), pa.timestamp("us", tz="UTC"))


def decimals(whole: np.ndarray) -> pa.Array:
    return pa.array(whole.astype(np.int64)).cast(pa.decimal128(23, 4)).cast(pa.decimal128(18, 4))


def web_events(number: int, per_second: float = 1000, start: int = 0, rows: int = BATCH, origin: int = 0) -> NewBatch:
    """Batch `number` of `rows` events: the event with number `origin` is made at START. A visitor has one device and one channel."""
    rng = np.random.default_rng(number + start)
    first = start + (number - 1) * rows
    who = rng.integers(0, 200_000, rows)
    visitor = people(who)
    at = times(first - origin, rows, per_second)
    kinds = pa.array(["page_view", "product_view", "product_view", "search", "add_to_cart", "checkout"])
    event = kinds.take(pa.array(rng.integers(0, 6, rows)))
    ids = pa.array([f"e{first + i:011d}-{first:x}" for i in range(rows)])
    return NewBatch(
        "web_event", "bench",
        table_of(
            "web_event", rows, shop_id=pa.array(["main"] * rows), event_id=ids, time=at, _version=at, event=event, visitor_id=visitor,
            _subject=visitor, channel_id=named("channel", 6, who), device=named("device", 4, who // 7),
            province=named("province", 31, who // 3), product_id=words(rng, "p", 500, rows), session_id=words(rng, "s", 10_000, rows),
        ),
    )  # fmt: skip


def orders(number: int, per_second: float = 100, rows: int = BATCH) -> NewBatch:
    """Odd numbers are orders, even ones the lines of the orders before."""
    pair = (number - 1) // 2
    rng = np.random.default_rng(pair)
    first = pair * rows
    ids = [f"o{first + i:011d}" for i in range(rows)]
    at = times(first, rows, per_second)
    if number % 2:
        buyer = people(rng.integers(0, 100_000, rows))
        sealed = pa.array([rng.bytes(180) for _ in range(rows)], pa.binary())
        return NewBatch(
            "order", "bench",
            table_of(
                "order", rows, shop_id=pa.array(["main"] * rows), order_id=pa.array(ids), order_time=at, pay_time=at, _version=at,
                customer_id=buyer, _subject=buyer, _sealed=sealed, channel_id=words(rng, "channel", 6, rows),
                province=words(rng, "province", 31, rows), status=pa.array(["paid"] * rows), currency=pa.array(["CNY"] * rows),
            ),
        )  # fmt: skip
    two = rng.random(rows) < 0.5
    owner = np.concatenate([np.arange(rows), np.flatnonzero(two)])
    count = len(owner)
    version = at.take(pa.array(owner))
    amount = decimals(rng.integers(100, 20_000, count))
    lines = table_of(
        "order_line", count, shop_id=pa.array(["main"] * count), order_id=pa.array(ids).take(pa.array(owner)),
        line_id=pa.array(["1"] * rows + ["2"] * (count - rows)), kind=pa.array(["product"] * count), product_id=words(rng, "p", 500, count),
        quantity=decimals(np.ones(count, np.int64)), amount=amount,
        _version=version, currency=pa.array(["CNY"] * count),
    )  # fmt: skip
    return NewBatch("order_line", "bench", lines, derived=True)


def plans() -> Sequence[object]:
    return Catalog.load(SETTINGS, None).rollup_plans(SETTINGS)  # type: ignore[return-value]


def fresh(name: str) -> Path:
    path = FOLDER / name / "castanea.duckdb"
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    return path


class Made(Feed):
    """Batches made before the clock runs, with offsets after `first`."""

    def __init__(self, make: Callable[[int], NewBatch], batches: int, first: int = 0) -> None:
        super().__init__(make, first + batches)
        self.ready = {n: make(n) for n in range(first + 1, first + batches + 1)}
        self.make = lambda n: self.ready[n]


def known_file(known: int) -> Path:
    """A warehouse with that many events, over the 30 days before START; made once."""
    path = FOLDER / f"known-{known}-in-30-days-{contract_digest()[:8]}" / "castanea.duckdb"
    if not path.exists():
        part = fresh(f"making-{known}")
        past = Feed(lambda n: web_events(n, per_second=known / (30 * 86_400), origin=known), 0)
        warehouse = DuckWarehouse(part, past, SETTINGS, plans())  # type: ignore[arg-type]
        past.batches = known // BATCH
        warehouse.rebuild()
        warehouse.close()
        shutil.rmtree(path.parent, ignore_errors=True)
        part.parent.rename(path.parent)
    return path


def copy_of(path: Path, name: str) -> Path:
    target = fresh(name)
    shutil.copytree(path.parent, target.parent, dirs_exist_ok=True)
    return target


def bare_insert(feed: Feed, table: str) -> float:
    """µs CPU per row of DuckDB's insert of the same rows from Arrow, 50,000 in a transaction, without keys."""
    path = fresh("bare")
    con = duckdb.connect(str(path), config={"threads": 1})
    con.execute("CREATE SCHEMA fact")
    con.execute("SET TimeZone = 'UTC'")
    con.execute(create_fact(TABLES[table]))
    columns = ", ".join(quoted(n) for n in physical_names(TABLES[table]) if n in {c.name for c in TABLES[table].landed})
    mine = [b.batch.rows for b in feed.read(0, 10**9) if b.batch.table == table]
    started, done = time.process_time(), 0
    for at in range(0, len(mine), 50):
        rows = pa.concat_tables(mine[at : at + 50])
        con.register("rows", rows)
        con.execute(f'INSERT INTO fact."{table}" ({columns}) SELECT {columns} FROM rows')
        done += rows.num_rows
    spent = time.process_time() - started
    con.close()
    return spent / max(1, done) * 1e6


def run(
    name: str,
    feed: Feed,
    *,
    rows: int = 50_000,
    units: int | None = None,
    profile: bool = False,
    rebuild: bool = False,
    path: Path | None = None,
    first: int = 0,
) -> float:
    """Load the whole feed; prints and returns µs CPU per unit (a row unless `units` says how many)."""
    total = sum(b.batch.received for b in feed.read(first, 10**12)) if units is None else units
    held, feed.batches = feed.batches, first
    opened = time.perf_counter()
    warehouse = DuckWarehouse(path or fresh(name), feed, SETTINGS, plans())  # type: ignore[arg-type]
    if path is not None:
        warehouse.warm()
        print(f"{'':24s} opened in {time.perf_counter() - opened:.1f} s, {path.stat().st_size >> 20} MB, {memory()}")
    feed.batches = held
    profiler = cProfile.Profile() if profile else None
    walls, began, cpu = [], time.perf_counter(), time.process_time()
    if profiler:
        profiler.enable()
    if rebuild:
        warehouse.rebuild()
    else:
        while True:
            at = time.perf_counter()
            if warehouse.apply(rows) is None:
                break
            walls.append(time.perf_counter() - at)
    if profiler:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    per = cpu / total * 1e6
    spread = f" transactions p50 {np.median(walls) * 1e3:.0f} max {max(walls) * 1e3:.0f} ms" if walls else ""
    print(
        f"{name:24s} {total:>9,d}  {per:7.2f} µs CPU each = {1e6 / per:>9,.0f}/s  wall {wall:6.1f} s{spread}  {memory()}",
        flush=True,
    )
    warehouse.close()
    return per


def memory() -> str:
    status = Path("/proc/self/status").read_text()
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return f"resident {now // 1024} MB (highest {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["events", "orders", "small", "rebuild"])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--known", type=int, default=10_000_000)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    if "events" in given.what:
        feed = Made(web_events, given.rows // BATCH)
        bare = bare_insert(feed, "web_event")
        per = run("events", feed, profile=given.profile)
        print(f"{'':24s} bare insert {bare:.2f} µs, ratio {per / bare:.2f}")
        if "rebuild" in given.what:
            run("events rebuilt", feed, rebuild=True)
        run("events by 5,000", feed, rows=5_000)
    if "orders" in given.what:
        feed = Made(orders, given.rows // BATCH // 5 * 2)
        bare = bare_insert(feed, "order_line")
        units = given.rows // BATCH // 5 * BATCH
        run("orders with lines", feed, units=units, profile=given.profile)
        print(f"{'':24s} bare insert of a line {bare:.2f} µs")
        run("orders by 5,000", feed, rows=5_000, units=units)
        if "rebuild" in given.what:
            run("orders rebuilt", feed, units=units, rebuild=True)
    if "small" in given.what:
        run("events by 100", Made(lambda n: web_events(n, rows=100), 200), rows=100)
    if "big" in given.what:
        made, first = known_file(given.known), given.known // BATCH

        def today(number: int) -> NewBatch:
            return web_events(number, origin=given.known)

        run("events on big file", Made(today, given.rows // BATCH, first), path=copy_of(made, "big"), first=first)
        small = Made(lambda n: web_events(n - first, rows=100, start=given.known, origin=given.known), 200, first)
        run("by 100 on big file", small, rows=100, path=copy_of(made, "big"), first=first)


if __name__ == "__main__":
    main()
