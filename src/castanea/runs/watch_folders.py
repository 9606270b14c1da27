"""New files of watched folders are imported: each content once, when nobody writes at it any more, by a format that is certain.

A file that is not certain becomes an upload that waits with its reason, so that somebody says in the pages how it is to be read.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from castanea.contracts.importing import FileLook, ImportJob, ImportWish, Refusal
from castanea.contracts.watching import WatchedFile, WatchedFolder
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError, NoSpace, NotFound
from castanea.runs.watch_list import DONE, WatchList

_log = structlog.get_logger("castanea.watching")
LOOK_EVERY = 2.0  # seconds
AFTER_FAULT = 15.0
SETTLED = 5.0  # seconds in which a file must not have changed
SURE = 0.75  # of 1: half of it is given for the needed columns, the rest for the share of the file's columns that the format knows
APART = 0.02  # by which the format must be better than one of another kind
NAMES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".ndjson", ".jsonl", ".json", ".gz", ".zip", ".zst",
)  # fmt: skip
Stood = tuple[int, int]


class Jobs(Protocol):
    """Where uploads and their imports are kept (ImportJobs)."""

    def all(self) -> list[ImportJob]: ...
    def get(self, number: str) -> ImportJob: ...
    async def adopt(self, path: Path, by: str, folder: str) -> ImportJob: ...
    async def look(self, number: str, wish: ImportWish) -> FileLook: ...
    def begin(self, number: str, wish: ImportWish) -> ImportJob: ...
    def hold(self, number: str, why: Refusal) -> ImportJob: ...
    def remove(self, number: str) -> None: ...


@dataclass
class _Growing:
    stood: Stood
    since: float


class FolderWatch:
    """Belongs to one event loop. `formats`: the workspace's own formats; when one is added, what waits is looked at again."""

    def __init__(self, watched: WatchList, jobs: Jobs, formats: Path, settled: float = SETTLED) -> None:
        self._watched, self._jobs, self._formats, self._settled = watched, jobs, formats, settled
        self._growing: dict[tuple[str, str], _Growing] = {}
        self._refused: dict[tuple[str, str], Stood] = {}
        self._known_formats = _listing(formats)

    async def run(self) -> None:
        """Until it is cancelled. What fails is logged and tried again."""
        await self.recover()
        while True:
            pause = LOOK_EVERY
            try:
                await self.look()
            except CastaneaError as refused:
                _log.info("watched folders wait", code=refused.code)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: it is logged, and the next round comes
                _log.exception("a round of the watched folders failed")
                pause = AFTER_FAULT
            await asyncio.sleep(pause)

    async def recover(self) -> None:
        """At the start: a copy that was made and not written down is made again, so the first one goes."""
        known = {file.job for file in await asyncio.to_thread(self._watched.open_files)}
        for job in self._jobs.all():
            if job.watched and job.state == "waiting" and job.id not in known:
                self._jobs.remove(job.id)

    async def look(self) -> None:
        """One round: follow what is under way, then take what is new and at rest."""
        folders = await asyncio.to_thread(self._watched.folders)
        await self._follow({folder.id: folder for folder in folders})
        for folder in folders:
            for path, stood in await asyncio.to_thread(self._at_rest, folder):
                try:
                    await self._take(folder, path, stood)
                except (CastaneaError, UnicodeError) as refused:  # one bad file keeps no other from being imported
                    await self._refuse(folder, path, stood, str(refused))

    # --- what is new ---

    def _at_rest(self, folder: WatchedFolder) -> list[tuple[Path, Stood]]:
        """Files that were not found as they stand, and that did not change for long enough; oldest first."""
        root = Path(folder.path)
        try:
            standing = _files_of(root)
        except OSError as gone:
            self._watched.tell(folder.id, f"{type(gone).__name__}: {gone.strerror or gone}")
            return []
        self._watched.tell(folder.id, "")
        seen, now, found = self._watched.seen(folder.id), monotonic(), []
        for name, stood in standing.items():
            key = (folder.id, name)
            if seen.get(name) == stood or self._refused.get(key) == stood:
                self._growing.pop(key, None)
                continue
            growing = self._growing.get(key)
            if growing is None or growing.stood != stood:
                self._growing[key] = _Growing(stood, now)
                if self._settled > 0:
                    continue
            elif now - growing.since < self._settled:
                continue
            found.append((root / name, stood))
        for key in [k for k in self._growing if k[0] == folder.id and k[1] not in standing]:
            del self._growing[key]
        return sorted(found, key=lambda each: each[1][1])

    async def _take(self, folder: WatchedFolder, path: Path, stood: Stood) -> None:
        try:
            sha256 = await asyncio.to_thread(_digest, path)
            if await asyncio.to_thread(self._watched.knows, sha256):
                await asyncio.to_thread(self._watched.found, folder.id, path.name, stood, sha256, "known")
                return
            job = await self._jobs.adopt(path, folder.created_by, folder.path)
            if await asyncio.to_thread(_stands, path) != stood:  # it was written at meanwhile: another time
                self._jobs.remove(job.id)
                return
        except NoSpace as full:
            self._watched.tell(folder.id, str(full))
            return
        except OSError as gone:
            _log.info("a watched file cannot be read", file=path.name, why=type(gone).__name__)
            await asyncio.to_thread(self._watched.tell, folder.id, f"{path.name}: {gone.strerror or gone}")
            return
        file = await asyncio.to_thread(self._watched.found, folder.id, path.name, stood, sha256, "taken", job.id)
        self._growing.pop((folder.id, path.name), None)
        await self._decide(file, folder)

    async def _refuse(self, folder: WatchedFolder, path: Path, stood: Stood, why: str) -> None:
        """Write down a file that cannot be taken, so that it is not tried again before it changes."""
        name = path.name.encode("utf-8", "replace").decode()
        _log.info("a watched file is refused", file=name, why=why[:200])
        self._growing.pop((folder.id, path.name), None)
        self._refused[folder.id, path.name] = stood
        taken = [
            f for f in await asyncio.to_thread(self._watched.open_files) if (f.folder, f.name) == (folder.id, name)
        ]
        if not taken and self._watched.seen(folder.id).get(name) != stood:
            await asyncio.to_thread(self._watched.found, folder.id, name, stood, "", "failed", "", why)

    async def _decide(self, file: WatchedFile, folder: WatchedFolder) -> None:
        """Import the file where it is certain how to read it; else let it wait with the reason."""
        wish = ImportWish(shop=folder.shop)
        look = await self._jobs.look(file.job, wish)
        why = why_unsure(look)
        if why is None:
            self._jobs.begin(file.job, wish)
            if file.state != "taken":
                await asyncio.to_thread(self._watched.became, file.id, "taken")
            return
        self._jobs.hold(file.job, why)
        await asyncio.to_thread(self._watched.became, file.id, "waits", why.message)
        _log.info("a watched file waits for somebody", file=file.name, why=why.code)

    # --- what is under way ---

    async def _follow(self, folders: dict[str, WatchedFolder]) -> None:
        formats = await asyncio.to_thread(_listing, self._formats)
        taught = formats != self._known_formats
        self._known_formats = formats
        for file in await asyncio.to_thread(self._watched.open_files):
            folder = folders.get(file.folder)
            try:
                job = self._jobs.get(file.job)
            except NotFound:
                await asyncio.to_thread(self._watched.became, file.id, "removed")
                continue
            if job.state == "done":
                await asyncio.to_thread(self._finish, file, folder)
            elif job.state == "failed":
                why = job.refused.message if job.refused else ""
                await asyncio.to_thread(self._watched.became, file.id, "failed", why)
            elif job.state == "interrupted" and file.state == "taken":  # the server ended meanwhile
                self._jobs.begin(file.job, job.wish)
            elif job.state == "cancelled" and file.state == "taken":
                await asyncio.to_thread(self._watched.became, file.id, "waits", "cancelled")
            elif job.state == "waiting" and folder is not None and (file.state == "taken" or taught):
                try:
                    await self._decide(file, folder)
                except CastaneaError as refused:
                    self._jobs.hold(file.job, Refusal(refused.code, str(refused)))
                    await asyncio.to_thread(self._watched.became, file.id, "waits", str(refused))

    def _finish(self, file: WatchedFile, folder: WatchedFolder | None) -> None:
        why = ""
        if folder is not None and folder.after == "move":
            why = self._move(file, Path(folder.path))
        self._watched.became(file.id, "imported", why)

    def _move(self, file: WatchedFile, root: Path) -> str:
        """Into the folder of what is imported; why not, where it cannot be."""
        path = root / file.name
        try:
            if _stands(path) != self._watched.stood(file.id):
                return ""  # another file of the name stands there now
            aside = root / DONE
            aside.mkdir(exist_ok=True, mode=0o700)
            target, count = aside / file.name, 1
            while target.exists():
                count += 1
                target = aside / f"{path.stem} ({count}){path.suffix}"
            path.rename(target)
        except OSError as refused:
            return f"it was imported, but not moved: {refused.strerror or refused}"
        return ""


def why_unsure(look: FileLook) -> Refusal | None:
    """Why nobody can be certain how a file is to be read; None = it is certain."""
    if look.refused is not None:
        return look.refused
    if look.guessed:
        return Refusal(
            "watch.guessed", "its columns are none of a known format; say what they are, and keep that as a format"
        )
    if not look.encoding_sure:
        return Refusal(
            "watch.encoding", f"its text may be {look.encoding}, or another encoding", {"encoding": look.encoding}
        )
    shares = {"format": look.format, "share": f"{look.confidence:.0%}"}
    if look.confidence < SURE:
        return Refusal("watch.unsure", f"it is perhaps {look.format} ({look.confidence:.0%})", shares)
    rival = next((n for n in look.near if n.kind != look.kind and n.confidence > look.confidence - APART), None)
    if rival is not None:
        return Refusal(
            "watch.rivals", f"it may be {look.format} or {rival.name}", {"format": look.format, "other": rival.name}
        )
    if look.doubts:
        column = look.doubts[0].partition(":")[2]
        return Refusal("watch.doubt", f"nothing tells how {column} is to be read", {"column": column})
    return None


def _files_of(root: Path) -> dict[str, Stood]:
    """Files that may be tables, with their size and time of change; no links, nothing hidden, nothing that is still being fetched."""
    found = {}
    with os.scandir(root) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith((".", "~$")) or not name.lower().endswith(NAMES) or entry.is_symlink():
                continue
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(about.st_mode) and about.st_size > 0:
                found[name] = (about.st_size, about.st_mtime_ns)
    return found


def _stands(path: Path) -> Stood | None:
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    return about.st_size, about.st_mtime_ns


def _digest(path: Path) -> str:
    """SHA-256 of the content."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listing(folder: Path) -> tuple[tuple[str, int], ...]:
    try:
        return tuple(sorted((each.name, each.stat().st_mtime_ns) for each in folder.iterdir()))
    except OSError:
        return ()
