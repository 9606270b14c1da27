"""Analyses of the warehouse: fed by the planner's answers, computed apart, kept, shown to those of equal rights."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from castanea.contracts.analysis import AnalysisJob, AnalysisWish
from castanea.contracts.query import Query, Rights
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.runs.analysis_feeds import FEEDS
from castanea.runs.analysis_jobs import AnalysisJobs

TODAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
EVERYTHING, PARTS = Rights(), Rights(key="shop a")
NAMES = {"t1": "桂花乌龙", "t2": "白茶"}
CATALOG = {"metrics": [{"name": name, "additivity": "additive"} for name in ("paid_amount", "units", "on_hand")]}


class Clock:
    def now(self) -> datetime:
        return TODAY


class Planner:
    """Answers as the planner writes them: two products, 100 and 40 a day; yesterday's week the first sold half."""

    def __init__(self) -> None:
        self.waits: asyncio.Event | None = None
        self.rights: set[str] = set()
        self.lacks: set[str] = set()

    async def query(self, query: Query, rights: Rights) -> bytes:
        self.rights.add(rights.key)
        if self.waits is not None:
            await self.waits.wait()
        metric = query.metrics[0]
        rows = [] if metric in self.lacks else self._rows(query)
        columns = [
            {"name": by, "role": "time" if by == "day" else "dimension", "unit": "", "currency": None, "metric": ""}
            for by in query.by
        ]
        columns += [
            {"name": m, "role": "metric", "unit": "currency", "currency": "CNY", "metric": m} for m in query.metrics
        ]
        return msgspec.json.encode(
            {"columns": columns, "rows": rows, "as_of": "2026-11-20T00:00:00Z", "quality": {"score": 97}}
        )

    def _rows(self, query: Query) -> list[dict[str, Any]]:
        since, until = query.time.since or date(2026, 11, 19), query.time.until or date(2026, 11, 19)
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)] if "day" in query.by else [until]
        products = ("t1", "t2") if "product" in query.by else ("",)
        rows = []
        for day in days:
            for product in products:
                row: dict[str, Any] = {"day": day.isoformat(), "product": product, "product_name": NAMES.get(product)}
                span = 1 if "day" in query.by else (until - since).days + 1
                row |= dict.fromkeys(query.metrics, f"{self._value(product, day) * span}.00")
                rows.append(
                    {
                        name: row[name]
                        for name in (*query.by, *(["product_name"] if "product" in query.by else []), *query.metrics)
                    }
                )
        return rows

    @staticmethod
    def _value(product: str, day: date) -> int:
        values = {"t1": 50 if day > date(2026, 11, 12) else 100, "t2": 40}
        return (sum(values.values()) if not product else values[product]) + day.day % 3


@asynccontextmanager
async def jobs(folder: Path, planner: Planner) -> AsyncIterator[AnalysisJobs]:
    async def catalog() -> bytes:
        return msgspec.json.encode(CATALOG)

    made = AnalysisJobs(folder, FEEDS, planner.query, catalog, "Asia/Shanghai", Clock())
    made.open()
    try:
        yield made
    finally:
        await made.close()


async def ended(room: AnalysisJobs, job: AnalysisJob, rights: Rights = EVERYTHING) -> AnalysisJob:
    if job.id in room._tasks:
        await asyncio.wait({room._tasks[job.id]}, timeout=120)
    return room.get(job.id, rights)


def run(tmp_path: Path, story: Callable[[AnalysisJobs, Planner], Awaitable[None]]) -> None:
    async def main() -> None:
        planner = Planner()
        async with jobs(tmp_path / "analyses", planner) as room:
            await story(room, planner)

    asyncio.run(main())


WISHES = {
    "describe": {"by": "product"}, "diagnose": {"dims": "product"}, "forecast": {"horizon": "7", "by": "product", "days": "90"},
    "anomalies": {"days": "60"}, "reorder": {"days": "60"},
}  # fmt: skip


@pytest.mark.parametrize("command", [feed.command for feed in FEEDS])
def test_the_answer_is_that_of_the_command_line_on_the_table_it_was_fed(tmp_path: Path, command: str) -> None:
    async def story(room: AnalysisJobs, _planner: Planner) -> None:
        job = await ended(room, room.begin(AnalysisWish(command, fields=WISHES[command]), "ann", EVERYTHING))
        assert job.state == "done", job.refused
        result = room.result(job.id, EVERYTHING)
        assert result.words["zh"]
        assert result.words["en"]
        assert (result.quality, result.currency if command != "reorder" else "CNY") == (97, "CNY")
        table = tmp_path / "fed.csv"
        table.write_bytes(gzip.decompress(room.table(job.id, EVERYTHING)))
        told = await asyncio.to_thread(analyzed, tmp_path / "analyses" / job.id, table, command)
        assert told["summary"] == result.summary
        assert (told["status"], told["rows"]) == (result.status, result.rows)
        if command == "describe":
            assert result.names == NAMES

    run(tmp_path, story)


def analyzed(place: Path, table: Path, command: str) -> dict[str, Any]:
    """What `castanea analyze --json` says of the table with the options that the feed gives."""
    series = ["--id", "series", "--time", "day", "--value", "paid_amount"]
    options = {
        "describe": ["--value", "paid_amount", "--by", "member", "--time", "day"],
        "diagnose": ["--dims", "product", "--actual", "actual", "--expected", "expected"],
        "forecast": [*series, "--horizon", "7"], "anomalies": series,
        "reorder": ["--item", "item", "--time", "day", "--quantity", "quantity", "--lead-time", "14", "--service", "0.95", "--stock", str(place / "stock.csv")],
    }[command]  # fmt: skip
    call = [sys.executable, "-m", "castanea", "analyze", command, str(table), *options, "--json"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return dict(json.loads(done.stdout))


def test_days_without_rows_are_zero_for_a_sum_and_the_table_ends_yesterday(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, _planner: Planner) -> None:
        job = await ended(room, room.begin(AnalysisWish("forecast", fields=WISHES["forecast"]), "ann", EVERYTHING))
        lines = list(csv.DictReader(gzip.decompress(room.table(job.id, EVERYTHING)).decode().splitlines()))
        assert {line["series"] for line in lines} == {"_total", "t1", "t2"}
        assert max(line["day"] for line in lines) == "2026-11-19"

    run(tmp_path, story)


def test_a_result_is_not_shown_to_a_reader_of_other_rights(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, planner: Planner) -> None:
        mine = await ended(room, room.begin(AnalysisWish("describe", fields=WISHES["describe"]), "bob", PARTS), PARTS)
        assert planner.rights == {"shop a"}
        assert room.result(mine.id, EVERYTHING).rows  # who may see everything may see this
        other = Rights(key="shop b")
        with pytest.raises(NotFound):
            room.result(mine.id, other)
        assert room.all(other) == []

    run(tmp_path, story)


def test_one_that_is_stopped_stays_stopped_and_the_next_runs(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, planner: Planner) -> None:
        planner.waits = asyncio.Event()
        first = room.begin(AnalysisWish("describe", fields=WISHES["describe"]), "ann", EVERYTHING)
        second = room.begin(AnalysisWish("describe", fields=WISHES["describe"]), "ann", EVERYTHING)
        with pytest.raises(Conflict):
            room.remove(first.id, EVERYTHING)
        assert room.cancel(first.id, EVERYTHING).state == "cancelled"
        planner.waits.set()
        assert (await ended(room, second)).state == "done"
        assert room.get(first.id, EVERYTHING).state == "cancelled"
        room.remove(first.id, EVERYTHING)
        with pytest.raises(NotFound):
            room.get(first.id, EVERYTHING)

    run(tmp_path, story)


def test_what_the_server_did_not_end_is_interrupted(tmp_path: Path) -> None:
    async def main() -> None:
        planner = Planner()
        planner.waits = asyncio.Event()
        async with jobs(tmp_path / "analyses", planner) as room:
            job = room.begin(AnalysisWish("describe", fields=WISHES["describe"]), "ann", EVERYTHING)
            await asyncio.sleep(0)
        async with jobs(tmp_path / "analyses", planner) as room:
            assert room.get(job.id, EVERYTHING).state == "interrupted"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("command", "fields", "code"),
    [("nonsense", {}, "analysis.unknown"), ("forecast", {"horizon": "0"}, "analysis.bad_field"), ("forecast", {"horizon": "1.5"}, "analysis.bad_field"),
     ("reorder", {"service": "nan"}, "analysis.bad_field"), ("diagnose", {"against": "never"}, "analysis.bad_field"),
     ("describe", {"colour": "red"}, "analysis.bad_field")],
)  # fmt: skip
def test_a_wrong_wish_is_refused_before_anything_is_asked(
    tmp_path: Path, command: str, fields: dict[str, str], code: str
) -> None:
    async def story(room: AnalysisJobs, planner: Planner) -> None:
        with pytest.raises(InputError) as refused:
            room.begin(AnalysisWish(command, fields=fields), "ann", EVERYTHING)
        assert refused.value.code == code
        assert not planner.rights

    run(tmp_path, story)


def test_what_lacks_is_said_before_and_what_has_no_values_after(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, planner: Planner) -> None:
        planner.lacks = {"on_hand", "paid_amount"}
        offers = {offer.command: offer for offer in await room.offers(EVERYTHING)}
        assert offers["reorder"].lacking == ("on_hand",)
        assert offers["reorder"].bring == ("order", "stock_level")
        job = await ended(room, room.begin(AnalysisWish("describe", fields={"by": "product"}), "ann", EVERYTHING))
        assert (job.state, job.refused.code if job.refused else "") == ("failed", "analysis.no_values")

    run(tmp_path, story)


def test_a_figure_that_does_not_add_up_is_refused_where_parts_are_shared_out(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, _planner: Planner) -> None:
        wish = AnalysisWish("diagnose", fields={"metric": "refund_rate", "dims": "product"})
        job = await ended(room, room.begin(wish, "ann", EVERYTHING))
        assert (job.state, job.refused.code if job.refused else "") == ("failed", "analysis.not_a_sum")
        with pytest.raises(InputError):
            room.begin(AnalysisWish("reorder", fields={"members": "5000", "days": "1500"}), "ann", EVERYTHING)

    run(tmp_path, story)


def test_only_who_ran_one_or_leads_the_shop_may_stop_or_remove_it(tmp_path: Path) -> None:
    async def story(room: AnalysisJobs, _planner: Planner) -> None:
        job = await ended(room, room.begin(AnalysisWish("describe", fields=WISHES["describe"]), "ann", EVERYTHING))
        with pytest.raises(Conflict):
            room.remove(job.id, EVERYTHING, "bob")
        room.remove(job.id, EVERYTHING, "ann")

    run(tmp_path, story)
