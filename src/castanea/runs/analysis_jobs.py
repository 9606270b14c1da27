"""Analyses of the warehouse: asked for with the reader's rights, computed in a process of their own, kept in the workspace's `analyses/`.

A job's folder holds what was wished, the table that was analysed (to be looked at, and to be analysed again on the command line), and the
result. A result is shown to those whose rights are the asker's, and to those who may see everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import gzip
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import structlog

from castanea.contracts.analysis import AnalysisJob, AnalysisOffer, AnalysisRefusal, AnalysisResult, AnalysisWish
from castanea.contracts.query import Query, Rights, TimeRange
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import CastaneaError, Conflict, InputError, NotFound, Unavailable
from castanea.runs.analysis_feed import Fed, Feed, Told
from castanea.runs.analysis_process import RESULT, TABLE, Ended, Work
from castanea.runs.analysis_wish import checked, feed_of

_log = structlog.get_logger("castanea.analyses")
KEPT = timedelta(days=90)
MOST_JOBS = 200  # kept; the oldest that are over go first
MOST_WAITING = 20  # not over; further ones are refused
MOST_CELLS = 5_000_000  # of a fed table
MOST_ROWS_FED = 200_000  # members × days: a table that the server's process can write down without standing still
OVER = ("done", "failed", "cancelled", "interrupted")
FED = "table.csv.gz"

Asks = Callable[[Query, Rights], Awaitable[bytes]]


@dataclass(frozen=True)
class _Kept:
    """What is written down of a job. `rights`: the key of those who may see its result."""

    job: AnalysisJob
    rights: str


@dataclass
class _Source:
    """The warehouse as one reader sees it, and what its answers were like."""

    asks: Asks
    rights: Rights
    today: date
    additive: frozenset[str]
    asked: Callable[[int], None]
    count: int = 0
    quality: int = 100
    as_of: str | None = None

    def sums(self, metric: str) -> bool:
        return metric in self.additive

    async def ask(self, query: Query) -> Told:
        answer = msgspec.json.decode(await self.asks(query, self.rights))
        self.count += 1
        self.asked(self.count)
        columns = answer["columns"]
        if any(column["role"] == "currency" for column in columns):
            raise InputError(
                f"{query.metrics[0]} is in several currencies here; choose a scope with one of them",
                code="analysis.currencies", values={"metric": query.metrics[0]},
            )  # fmt: skip
        self.quality = min(self.quality, answer["quality"]["score"])
        self.as_of = max(filter(None, (self.as_of, answer["as_of"])), default=None)
        metric = next(column for column in columns if column["role"] == "metric")
        rows = answer["rows"]
        named = [by for by in query.by if rows and f"{by}_name" in rows[0]]
        names = {str(row[by]): str(row[f"{by}_name"]) for by in named for row in rows if row[by] and row[f"{by}_name"]}
        return Told(rows, metric["unit"], metric["currency"], names)


class AnalysisJobs:
    """For one event loop. `asks` asks the planner, `catalog` tells what it declares; one analysis is computed at a time."""

    def __init__(
        self,
        folder: Path,
        feeds: Sequence[Feed],
        asks: Asks,
        catalog: Callable[[], Awaitable[bytes]],
        zone: str,
        clock: Clock,
    ) -> None:
        self._folder, self._feeds, self._asks, self._catalog = folder, tuple(feeds), asks, catalog
        self._zone, self._clock = ZoneInfo(zone), clock
        self._kept: dict[str, _Kept] = {}
        self._began: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    def open(self) -> None:
        """Find what an earlier server left; what it did not end is interrupted."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for place in self._folder.iterdir():
            try:
                kept = msgspec.json.decode((place / "job.json").read_bytes(), type=_Kept)
            except (OSError, msgspec.DecodeError):
                shutil.rmtree(place, ignore_errors=True)
                continue
            self._kept[kept.job.id] = kept
            if kept.job.state not in OVER:
                self._became(kept.job.id, state="interrupted")

    async def close(self) -> None:
        """End what runs; it is interrupted."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def offers(self, rights: Rights) -> list[AnalysisOffer]:
        """All analyses, with what this reader's warehouse lacks for each."""
        needed = {metric for feed in self._feeds for metric in feed.needs}
        found = {metric: await self._has_values(metric, rights) for metric in sorted(needed)}
        return [
            AnalysisOffer(
                feed.command, feed.group, feed.fields, feed.needs, feed.bring, tuple(m for m in feed.needs if not found[m])
            )
            for feed in self._feeds
        ]  # fmt: skip

    def all(self, rights: Rights) -> list[AnalysisJob]:
        """Those that the reader may see, newest first."""
        shown = [self._told(kept.job) for kept in self._kept.values() if _is_shown(kept, rights)]
        return sorted(shown, key=lambda job: job.at, reverse=True)

    def get(self, number: str, rights: Rights) -> AnalysisJob:
        """Raises NotFound, also for one that the reader may not see."""
        kept = self._kept.get(number)
        if kept is None or not _is_shown(kept, rights):
            raise NotFound("there is no such analysis; it was removed, or never was", code="analysis.not_found")
        return self._told(kept.job)

    def result(self, number: str, rights: Rights) -> AnalysisResult:
        """Raises NotFound, Conflict while there is none."""
        self._done(number, rights)
        return msgspec.json.decode((self._folder / number / RESULT).read_bytes(), type=AnalysisResult)

    def table(self, number: str, rights: Rights) -> bytes:
        """The table that was analysed, as CSV in gzip. Raises NotFound, Conflict while there is none."""
        self._done(number, rights)
        return (self._folder / number / FED).read_bytes()

    def begin(self, wish: AnalysisWish, by: str, rights: Rights) -> AnalysisJob:
        """Run an analysis when its turn comes. Raises InputError for a wrong wish, Conflict when too many wait."""
        feed = feed_of(self._feeds, wish.command)
        wished = checked(feed, wish)
        most = int(wished.fields.get("members") or 1) * int(wished.fields.get("days") or 1)
        if most > MOST_ROWS_FED:
            raise InputError(
                f"{most:,} rows would have to be read; choose fewer members or days", code="analysis.table_large",
                values={"rows": f"{most:,}"},
            )  # fmt: skip
        if len(self._tasks) >= MOST_WAITING:
            raise Conflict(
                f"{MOST_WAITING} analyses wait already; wait for one, or stop one", code="analysis.queue_full"
            )
        self._tidy()
        job = AnalysisJob(uuid4().hex, wished, "queued", by, self._clock.now())
        (self._folder / job.id).mkdir(mode=0o700)
        self._keep(_Kept(job, rights.key))
        task = self._tasks[job.id] = asyncio.create_task(self._run(job.id, feed, rights))
        task.add_done_callback(lambda _done: self._tasks.pop(job.id, None))
        return job

    def cancel(self, number: str, rights: Rights, by: str = "") -> AnalysisJob:
        """Stop one that is not over; another is left as it is. `by`: only that account's own. Raises NotFound, Conflict."""
        job = self._own(number, rights, by)
        if job.state not in OVER:
            self._became(number, state="cancelled")
            if number in self._tasks:
                self._tasks[number].cancel()
        return self.get(number, rights)

    def remove(self, number: str, rights: Rights, by: str = "") -> None:
        """Forget one that is over. `by`: only that account's own. Raises NotFound, Conflict, also while it runs."""
        if self._own(number, rights, by).state not in OVER:
            raise Conflict("the analysis is running; stop it first", code="analysis.running")
        self._forget(number)

    # --- within ---

    def _own(self, number: str, rights: Rights, by: str) -> AnalysisJob:
        job = self.get(number, rights)
        if by and job.by != by:
            raise Conflict(
                "somebody else runs this analysis; ask them, or an owner or manager", code="analysis.not_yours"
            )
        return job

    async def _run(self, number: str, feed: Feed, rights: Rights) -> None:
        try:
            async with self._turn:
                self._began[number] = monotonic()
                await self._compute(number, feed, rights)
        except asyncio.CancelledError:
            if number in self._kept and self._kept[number].job.state not in OVER:
                self._became(number, state="interrupted")
            raise
        except CastaneaError as refused:
            values = {name: str(value) for name, value in getattr(refused, "values", {}).items()}
            self._became(number, state="failed", refused=AnalysisRefusal(refused.code, str(refused), values))
        except Exception as defect:  # noqa: BLE001 - the outermost loop of a job: it is logged, and the job says that it failed
            _log.exception("an analysis failed", analysis=feed.command)
            why = AnalysisRefusal("castanea.defect", f"{type(defect).__name__}: the server's log says more")
            self._became(number, state="failed", refused=why)
        finally:
            self._began.pop(number, None)
            (self._folder / number / TABLE).unlink(missing_ok=True)  # kept packed, where there is a result

    async def _compute(self, number: str, feed: Feed, rights: Rights) -> None:
        self._became(number, state="asking")
        additive = _additive(msgspec.json.decode(await self._catalog()))
        today = self._clock.now().astimezone(self._zone).date()
        source = _Source(self._asks, rights, today, additive, lambda count: self._became(number, asked=count))
        fed = await feed.make(source, self._kept[number].job.wish)
        if len(fed.rows) * len(fed.header) > MOST_CELLS:
            raise InputError(
                f"the table has {len(fed.rows):,} rows; choose fewer members, a shorter time or a narrower scope",
                code="analysis.table_large", values={"rows": f"{len(fed.rows):,}"},
            )  # fmt: skip
        place = self._folder / number
        await asyncio.to_thread(_write_tables, place, fed)
        self._became(number, state="computing")
        ended = await _computed(Work(str(place), feed.command, dict(fed.options), {name: f"{name}.csv" for name in fed.files}))  # fmt: skip
        if not ended.verdict:
            refused = AnalysisRefusal(ended.code, ended.message, ended.values)
            self._became(number, state="failed", refused=refused, seconds=monotonic() - self._began[number])
            return
        await asyncio.to_thread(_complete, place, fed, source)
        self._became(number, state="done", verdict=ended.verdict, seconds=monotonic() - self._began[number])

    async def _has_values(self, metric: str, rights: Rights) -> bool:
        try:
            answer = msgspec.json.decode(await self._asks(Query((metric,), time=TimeRange("last 400d")), rights))
        except InputError:  # the reader may not see it
            return False
        return any(row.get(metric) is not None for row in answer["rows"])

    def _done(self, number: str, rights: Rights) -> None:
        if self.get(number, rights).state != "done":
            raise Conflict("the analysis has no result yet", code="analysis.not_done")

    def _told(self, job: AnalysisJob) -> AnalysisJob:
        return replace(job, seconds=monotonic() - self._began[job.id]) if job.id in self._began else job

    def _tidy(self) -> None:
        """Forget what is too old, and the oldest beyond the number kept."""
        over = sorted((k.job for k in self._kept.values() if k.job.state in OVER), key=lambda job: job.at)
        old = [job for job in over if self._clock.now() - job.at > KEPT]
        beyond = over[: max(0, len(self._kept) - MOST_JOBS + 1)]
        for job in {job.id for job in (*old, *beyond)}:
            self._forget(job)

    def _became(self, number: str, **changes: Any) -> None:
        kept = self._kept[number]
        self._keep(replace(kept, job=replace(kept.job, **changes)))

    def _keep(self, kept: _Kept) -> None:
        self._kept[kept.job.id] = kept
        path = self._folder / kept.job.id / "job.json"
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(kept))
        part.replace(path)

    def _forget(self, number: str) -> None:
        self._kept.pop(number, None)
        shutil.rmtree(self._folder / number, ignore_errors=True)


async def _computed(work: Work) -> Ended:
    """The answer of a process of its own, which is killed when this is cancelled."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "castanea.runs.analysis_process", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )  # fmt: skip
    try:
        out, _ = await process.communicate(msgspec.json.encode(work) + b"\n")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode or not out:
        raise Unavailable("the process that computes analyses has ended without an answer; run it again", code="analysis.process_gone")  # fmt: skip
    return msgspec.json.decode(out, type=Ended)


def _write_tables(place: Path, fed: Fed) -> None:
    for name, header, rows in ((TABLE, fed.header, fed.rows), *((f"{n}.csv", h, r) for n, (h, r) in fed.files.items())):
        with (place / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)


def _complete(place: Path, fed: Fed, source: _Source) -> None:
    """Say with the result what it was made of; keep the table packed."""
    told: dict[str, Any] = msgspec.json.decode((place / RESULT).read_bytes())
    told |= {
        "names": dict(fed.names), "metric": fed.metric, "unit": fed.unit, "currency": fed.currency, "fed": len(fed.rows),
        "quality": source.quality, "as_of": source.as_of,
    }  # fmt: skip
    (place / RESULT).write_bytes(msgspec.json.encode(told))
    (place / FED).write_bytes(gzip.compress((place / TABLE).read_bytes(), mtime=0))
    (place / TABLE).unlink()


def _additive(catalog: Mapping[str, Any]) -> frozenset[str]:
    """Metrics that are sums over days."""
    metrics = catalog["metrics"]
    listed = metrics if isinstance(metrics, list) else [{"name": name, **each} for name, each in metrics.items()]
    return frozenset(each["name"] for each in listed if each.get("additivity") == "additive")


def _is_shown(kept: _Kept, rights: Rights) -> bool:
    return rights.key in (kept.rights, "all")
