"""What this machine can do at best, measured in the same run: an fsync, parsing JSON, a bare insert into DuckDB."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import duckdb
import msgspec
import polars as pl


def fsyncs_per_second(seconds: float = 2.0) -> float:
    with tempfile.TemporaryDirectory() as folder:
        handle = os.open(Path(folder) / "f", os.O_CREAT | os.O_WRONLY)
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            os.write(handle, b"x" * 4096)
            os.fsync(handle)
            count += 1
        os.close(handle)
        return count / (time.perf_counter() - begin)


def json_events_per_second(bodies: list[bytes]) -> float:
    """Parsing alone, into Python objects, one core."""
    decoder = msgspec.json.Decoder()
    begin = time.process_time()
    events = sum(len(decoder.decode_lines(body)) for body in bodies)
    return events / max(time.process_time() - begin, 1e-9)


def bare_inserts_per_second(bodies: list[bytes], per_transaction: int = 50) -> float:
    """The same rows, already Arrow, into a DuckDB table without keys, one transaction per so many bodies; rows per second of processor."""
    tables = [pl.read_ndjson(body).to_arrow() for body in bodies]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "bare.duckdb")) as engine:
        engine.execute("SET threads = 1")
        engine.register("first", tables[0])
        engine.execute("CREATE TABLE bare AS SELECT * FROM first LIMIT 0")
        begin = time.process_time()
        for number in range(0, len(tables), per_transaction):
            engine.begin()
            for batch in tables[number : number + per_transaction]:
                engine.register("batch", batch)
                engine.execute("INSERT INTO bare SELECT * FROM batch")
            engine.commit()
        return sum(t.num_rows for t in tables) / max(time.process_time() - begin, 1e-9)
