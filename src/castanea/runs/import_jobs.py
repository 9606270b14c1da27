"""Files brought through the browser, and their imports: kept on disk, looked at and imported by processes of their own.

An uploaded file lies in the workspace's `uploads/` folder, readable by the server's user alone, until it is imported or a day has passed;
after that only its report is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import structlog

from castanea.contracts.importing import FileLook, ImportJob, ImportWish, JobState, Question, Refusal, Told
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import CastaneaError, Conflict, InputError, NoSpace, NotFound, Unavailable

_log = structlog.get_logger(__name__)
KEPT_FILE = timedelta(days=1)  # an uploaded file that nobody imports
KEPT_REPORT = timedelta(days=30)
ROOM_LEFT = 512 << 20  # bytes of the disk that an upload leaves free
IDLE = 120.0  # seconds after which the process that looks at files ends
LINE = 8 << 20  # bytes of one answer


class ImportJobs:
    """For one event loop. `command` starts an import process of the workspace (arguments of the interpreter)."""

    def __init__(self, folder: Path, clock: Clock, command: Sequence[str]) -> None:
        self._folder, self._clock, self._command = folder, clock, tuple(command)
        self._jobs: dict[str, ImportJob] = {}
        self._began: dict[str, float] = {}
        self._running: dict[str, _Process] = {}
        self._looker: _Process | None = None
        self._looking = asyncio.Lock()
        self._turn = asyncio.Lock()  # one import at a time: the loader is one
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._unended: set[asyncio.Task[None]] = set()  # with those that have told their end and close their process

    def open(self) -> None:
        """Find what an earlier server left: imports that it did not end are interrupted, half an upload is removed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for place in self._folder.iterdir():
            try:
                job = msgspec.json.decode((place / "job.json").read_bytes(), type=ImportJob)
            except (OSError, msgspec.DecodeError):
                shutil.rmtree(place, ignore_errors=True)
                continue
            if job.state == "uploading":
                shutil.rmtree(place, ignore_errors=True)
                continue
            self._jobs[job.id] = job
            if job.state in ("queued", "running"):
                self._keep(replace(job, state="interrupted"))

    async def close(self) -> None:
        """End all processes; imports that run stop after the rows under way and are interrupted."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._unended, return_exceptions=True)
        if self._looker is not None:
            await self._looker.end()

    def all(self) -> list[ImportJob]:
        """Newest first; what is too old is removed."""
        now = self._clock.now()
        for job in tuple(self._jobs.values()):
            age = now - job.at
            if age > KEPT_REPORT or (age > KEPT_FILE and job.state in ("waiting", "interrupted") and not job.watched):
                self._forget(job.id)
        return sorted((self._told(job) for job in self._jobs.values()), key=lambda job: job.at, reverse=True)

    def get(self, number: str) -> ImportJob:
        """Raises NotFound."""
        if number not in self._jobs:
            raise NotFound(
                "there is no such upload; it was removed, or never was. Bring the file again", code="upload.not_found"
            )
        return self._told(self._jobs[number])

    async def upload(self, name: str, by: str, chunks: AsyncIterator[bytes], most: int) -> ImportJob:
        """Keep a file that is being sent. Raises InputError for a name that is none or a file over `most` bytes, NoSpace."""
        job = ImportJob(uuid4().hex, file_name(name), 0, "uploading", by, self._clock.now())
        place = self._folder / job.id
        place.mkdir(mode=0o700)
        self._keep(job)
        try:
            size = await self._receive(place / job.file, chunks, most)
        except BaseException:
            self._forget(job.id)
            raise
        self._keep(replace(job, bytes=size, state="waiting"))
        return self._jobs[job.id]

    async def adopt(self, path: Path, by: str, folder: str) -> ImportJob:
        """Keep a copy of a file of a watched `folder`, as if it had been brought. Raises OSError, NoSpace."""
        size = (await asyncio.to_thread(path.lstat)).st_size
        if shutil.disk_usage(self._folder).free - size < ROOM_LEFT:
            raise NoSpace("the disk is nearly full; the watched file stays where it is")
        job = ImportJob(uuid4().hex, file_name(path.name), size, "uploading", by, self._clock.now(), watched=folder)
        (self._folder / job.id).mkdir(mode=0o700)
        self._keep(job)
        try:
            await asyncio.to_thread(_copy, path, self._folder / job.id / job.file)
        except BaseException:
            self._forget(job.id)
            raise
        self._keep(replace(job, bytes=(self._folder / job.id / job.file).stat().st_size, state="waiting"))
        return self._jobs[job.id]

    def hold(self, number: str, why: Refusal) -> ImportJob:
        """Let a file wait for somebody, with the reason. Raises NotFound."""
        self._keep(replace(self.get(number), state="waiting", refused=why))
        return self._jobs[number]

    async def look(self, number: str, wish: ImportWish) -> FileLook:
        """How the file would be read. Raises NotFound, Conflict when it was imported already, Unavailable."""
        path = self._file(number)
        async with self._looking:
            told = await self._ask(Question("look", str(path), wish=wish))
        assert told.look is not None
        return told.look

    async def keep_format(self, number: str, wish: ImportWish, name: str) -> str:
        """Keep the file's format, as wished, for the next one; returns its name. Raises what `runs.look_at_file.keep_format` raises."""
        path = self._file(number)
        async with self._looking:
            return (await self._ask(Question("keep", str(path), name, wish))).kept

    def begin(self, number: str, wish: ImportWish) -> ImportJob:
        """Import the file when its turn comes. Raises NotFound, Conflict when it runs or was imported already."""
        self._file(number)
        job = replace(self._jobs[number], state="queued", wish=wish, rows=0, done_bytes=0, report=None, refused=None)
        self._keep(job)
        task = self._tasks[number] = asyncio.create_task(self._import(number))
        self._unended.add(task)
        task.add_done_callback(self._unended.discard)
        return job

    def cancel(self, number: str) -> ImportJob:
        """Stop an import after the rows under way; what was landed stays (and can be undone). Others are left as they are."""
        job = self.get(number)
        if number in self._running:
            self._running[number].send(Question("cancel"))
        elif job.state == "queued":
            self._tasks.pop(number).cancel()
            self._keep(replace(job, state="waiting"))
        return self._jobs[number]

    def remove(self, number: str) -> None:
        """Forget an upload with its file. Raises NotFound, Conflict while it is being imported."""
        if self.get(number).state in ("queued", "running"):
            raise Conflict("the file is being imported; stop that first", code="upload.running")
        self._forget(number)

    # --- within ---

    async def _import(self, number: str) -> None:
        process = None
        try:
            async with self._turn:
                self._began[number] = monotonic()
                self._keep(replace(self._jobs[number], state="running"))
                process = self._running[number] = await _Process.start(self._command)
                process.send(Question("run", str(self._file(number, running=True)), wish=self._jobs[number].wish))
                await self._follow(number, process)
        except asyncio.CancelledError:
            self._keep(replace(self._jobs[number], state="interrupted"))
            raise
        except CastaneaError as gone:
            refused = Refusal(gone.code, str(gone))
            self._keep(replace(self._jobs[number], state="failed", refused=refused))
        finally:
            self._running.pop(number, None)
            self._tasks.pop(number, None)
            if process is not None:
                await process.end()

    async def _follow(self, number: str, process: _Process) -> None:
        while True:
            told = await process.next()
            job = replace(self._jobs[number], rows=told.rows, seconds=monotonic() - self._began[number])
            if told.refused is not None:
                self._keep(replace(job, state="failed", refused=told.refused))
                return
            if told.report is not None:
                state: JobState = "cancelled" if told.cancelled else "done"
                self._keep(replace(job, state=state, report=told.report, done_bytes=job.bytes))
                if not told.cancelled:
                    (self._folder / number / job.file).unlink(missing_ok=True)
                return
            self._jobs[number] = replace(job, done_bytes=min(told.done, job.bytes))  # progress is not worth a write

    async def _ask(self, question: Question) -> Told:
        """One question to the process that looks, which is started when it is needed and ends when nobody asks."""
        if self._looker is None or self._looker.gone:
            self._looker = await _Process.start(self._command)
        looker = self._looker
        looker.send(question)
        told = await looker.next()
        looker.end_after(IDLE)
        if told.refused is not None:
            raise InputError(told.refused.message, code=told.refused.code, values=told.refused.values)
        return told

    async def _receive(self, path: Path, chunks: AsyncIterator[bytes], most: int) -> int:
        size = 0
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise InputError(
                        f"the file is larger than {most:,} bytes; import it with castanea import",
                        code="upload.too_large",
                    )
                if shutil.disk_usage(self._folder).free - len(chunk) < ROOM_LEFT:
                    raise NoSpace("the disk is nearly full; nothing of the file was kept")
                await asyncio.to_thread(out.write, chunk)
        return size

    def _file(self, number: str, *, running: bool = False) -> Path:
        job = self.get(number)
        if not running and job.state in ("queued", "running"):
            raise Conflict("the file is being imported", code="upload.running")
        path = self._folder / number / job.file
        if job.state in ("uploading", "done") or not path.is_file():
            raise Conflict("the file was imported already; bring it again to import it again", code="upload.imported")
        return path

    def _told(self, job: ImportJob) -> ImportJob:
        return replace(job, seconds=monotonic() - self._began[job.id]) if job.id in self._running else job

    def _keep(self, job: ImportJob) -> None:
        self._jobs[job.id] = job
        path = self._folder / job.id / "job.json"
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(job))
        part.replace(path)

    def _forget(self, number: str) -> None:
        self._jobs.pop(number, None)
        shutil.rmtree(self._folder / number, ignore_errors=True)


class _Process:
    """One import process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ending: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Process:
        pipe = asyncio.subprocess.PIPE
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(sys.executable, *command, stdin=pipe, stdout=pipe, limit=LINE)
        )
        try:
            return cls(await asyncio.shield(starting))
        except asyncio.CancelledError:  # a start that is left half done would leave its process behind
            await cls(await starting).end()
            raise

    @property
    def gone(self) -> bool:
        return self._process.returncode is not None or self._process.stdin is None or self._process.stdin.is_closing()

    def send(self, question: Question) -> None:
        if self._ending is not None:
            self._ending.cancel()
        if not self.gone and self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(question) + b"\n")

    async def next(self) -> Told:
        """What it says next. Raises Unavailable when it has ended."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise Unavailable(
                "the process that reads files has ended; what was landed counts once, begin again",
                code="upload.process_gone",
            )
        return msgspec.json.decode(line, type=Told)

    def end_after(self, seconds: float) -> None:
        self._ending = asyncio.get_running_loop().call_later(seconds, self._close)

    async def end(self) -> None:
        """Close its pipe, so that it stops after the rows under way; kill it when it does not within ten seconds."""
        self._close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _close(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()


def _copy(path: Path, target: Path) -> None:
    """With its time of change, which may be all that tells when a file was exported. A link is not followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
        about = os.fstat(file.fileno())
    os.utime(target, ns=(about.st_atime_ns, about.st_mtime_ns))


def file_name(name: str) -> str:
    """The name as a file's name: no folder, no control characters, 200 bytes at most. Raises InputError for one without any letter."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip().lstrip(".")
    if not plain or plain == "job.json":
        raise InputError("the file needs a name", code="upload.no_name")
    while len(plain.encode()) > 200:
        plain = plain[1:]
    return plain
