"""What every landing log must do. An implementation is added to `LOGS`; the tests know only the protocol."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from castanea.contracts.log import EventLog, NewBatch
from castanea.contracts.tables import CONTRACT_VERSION, TABLES
from castanea.intake.sqlite_log import LogDamaged, SqliteEventLog
from castanea.kit.clock import FixedClock
from castanea.kit.errors import InputError, NoSpace

NOW = datetime(2026, 11, 20, 14, 36, 0, 123456, UTC)
LOGS: dict[str, Callable[[Path], EventLog]] = {
    "sqlite": lambda path: SqliteEventLog(path / "log" / "events.db", FixedClock(NOW))
}


@pytest.fixture(params=LOGS)
def open_log(request, tmp_path):
    """Opens the same log, again and again."""
    opened = []

    def open_() -> EventLog:
        opened.append(LOGS[request.param](tmp_path))
        return opened[-1]

    yield open_
    for log in opened:
        log.close()


def rates(count: int, day: int = 0, table: str = "fx_rate") -> pa.Table:
    schema = TABLES[table].landed_schema
    first = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "day": first.date() + timedelta(days=day + i),
            "currency": "EUR",
            "into": "CNY",
            "rate": 7,
            "_version": first,
            "_occurrence": 1,
            "_row": i,
        }
        for i in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def batch(count: int = 3, **values: object) -> NewBatch:
    return NewBatch("fx_rate", "test", rates(count), **values)


def test_an_empty_log_has_head_zero_and_nothing_to_read(open_log):
    log = open_log()
    assert (log.head(), log.rows_after(0), list(log.read(0, 100))) == (0, 0, [])


def test_what_is_appended_is_read_back_whole(open_log):
    log = open_log()
    rejects = TABLES["quarantine"].landed_schema.empty_table()
    sent = NewBatch("fx_rate", "a file", rates(5), rejects, "import-1", True, 2, {"file": "名.csv"})
    log.append([sent])
    (found,) = open_log().read(0, 100)
    assert found.offset == log.head()
    assert found.received_at == NOW
    assert found.contract_version == CONTRACT_VERSION
    got = found.batch
    assert got.rows.equals(sent.rows)
    assert got.rows.schema.equals(TABLES["fx_rate"].landed_schema)
    assert (got.table, got.source, got.import_id, got.derived, got.suspects, got.attributes) == (
        "fx_rate",
        "a file",
        "import-1",
        True,
        2,
        {"file": "名.csv"},
    )


def test_offsets_rise_in_the_order_of_appending(open_log):
    log = open_log()
    first, second = log.append([batch(), batch()])
    (third,) = log.append([batch()])
    assert 0 < first < second < third == log.head()
    assert [b.offset for b in log.read(first, 100)] == [second, third]


def test_reading_stops_at_about_the_rows_asked_for_but_gives_one_batch_at_least(open_log):
    log = open_log()
    log.append([batch(10) for _ in range(5)])
    assert len(list(log.read(0, 1))) == 1
    assert len(list(log.read(0, 20))) == 2
    assert len(list(log.read(0, 21))) == 3


def test_rows_that_wait_are_counted_with_the_rejected_ones(open_log):
    log = open_log()
    quarantine = TABLES["quarantine"].landed_schema
    reject = pa.Table.from_pylist([{f.name: _some(f) for f in quarantine}], schema=quarantine)
    first, _ = log.append([batch(10), NewBatch("fx_rate", "s", rates(2), reject)])
    assert log.rows_after(0) == 13
    assert log.rows_after(first) == 3
    assert log.rows_after(log.head()) == 0


def _some(field: pa.Field) -> object:
    if pa.types.is_timestamp(field.type):
        return NOW
    return 1 if field.type == pa.int64() else None if field.nullable else "x"


def test_rows_that_have_not_the_landed_schema_are_refused_whole(open_log):
    log = open_log()
    bad = NewBatch("fx_rate", "s", pa.table({"phone": ["138"]}))
    with pytest.raises(InputError):
        log.append([batch(), bad])
    assert log.head() == 0


def test_two_logs_on_one_file_append_without_losing_anything(open_log):
    logs = [open_log(), open_log(), open_log()]
    offsets: list[int] = []

    def fill(log: EventLog) -> None:
        for _ in range(20):
            offsets.extend(log.append([batch(2)]))

    threads = [threading.Thread(target=fill, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    read = [b.offset for b in open_log().read(0, 10_000)]
    assert sorted(offsets) == read
    assert len(read) == 60
    assert open_log().rows_after(0) == 120


def test_a_log_is_read_while_it_is_written(open_log):
    log = open_log()
    log.append([batch(1) for _ in range(3)])
    reading = log.read(0, 100)
    assert next(reading).offset == 1
    log.append([batch(1)])
    assert [b.offset for b in reading] == [2, 3, 4]


def test_a_flipped_bit_in_a_landed_blob_is_noticed(tmp_path):
    path = tmp_path / "events.db"
    log = SqliteEventLog(path)
    log.append([batch(5)])
    log.close()
    with sqlite3.connect(path) as db:
        data = bytearray(db.execute("SELECT data FROM batch").fetchone()[0])
        data[len(data) // 2] ^= 1
        db.execute("UPDATE batch SET data = ?", (bytes(data),))
    db.close()
    log = SqliteEventLog(path)
    with pytest.raises(LogDamaged, match="batch 1"):
        list(log.read(0, 100))
    log.close()


def test_a_full_disk_refuses_the_batch_and_the_log_goes_on_when_there_is_space(tmp_path):
    log = SqliteEventLog(tmp_path / "events.db")
    log.append([batch(5)])
    pages = log._writer.execute("PRAGMA page_count").fetchone()[0]
    log._writer.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(NoSpace):
        log.append([batch(5_000) for _ in range(20)])
    assert (log.head(), len(list(log.read(0, 100)))) == (1, 1)
    log._writer.execute("PRAGMA max_page_count=1073741823")
    assert log.append([batch(5)]) == [2]
    log.close()


def test_the_log_is_for_the_owner_alone(tmp_path):
    log = SqliteEventLog(tmp_path / "log" / "events.db")
    log.append([batch()])
    assert {f.stat().st_mode & 0o777 for f in (tmp_path / "log").iterdir()} == {0o600}
    log.close()
