"""The list of watched folders, and what became of each file that was found in them. All methods block."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from castanea.contracts.watching import After, FileState, NewWatch, WatchedFile, WatchedFolder
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database, WatchFileRow, WatchFolderRow

MOST_FOLDERS, MOST_FILES = 20, 200
FORGOTTEN = timedelta(days=400)  # after which a file's content counts as new again
DONE = "imported"  # the folder within a watched one into which imported files are moved
_NAME = re.compile(r"[\w][\w .-]{0,60}")


class WatchList:
    """`inbox`: the folder of the workspace under which folders are made from the pages."""

    def __init__(self, database: Database, clock: Clock, inbox: Path) -> None:
        self._database, self._clock, self.inbox = database, clock, inbox

    def folders(self) -> list[WatchedFolder]:
        """By path."""
        with self._database.read() as session:
            return [_folder(row) for row in session.scalars(select(WatchFolderRow).order_by(WatchFolderRow.path))]

    def make(self, new: NewWatch, by: str) -> WatchedFolder:
        """Watch a folder of the inbox. Raises InputError for a name that is none, Conflict for one that is watched already."""
        name = new.name.strip()
        if name and (not _NAME.fullmatch(name) or name == DONE):
            raise InputError(
                f"{name!r} is no name of a folder; write letters, digits, spaces, points and hyphens, at most 60, and not {DONE}",
                code="watch.bad_name", values={"name": name},
            )  # fmt: skip
        folder = self.inbox / name if name else self.inbox
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.add(folder, new.after, new.shop, by)

    def add(self, folder: Path, after: After, shop: str, by: str) -> WatchedFolder:
        """Watch any folder. Raises NotFound where there is none, InputError, Conflict."""
        place = folder.resolve()
        if not place.is_dir():
            raise NotFound(
                f"{place} is no folder; make it, or name one that is",
                code="watch.no_folder",
                values={"folder": str(place)},
            )
        if after not in ("leave", "move"):
            raise InputError(
                f"{after!r} is nothing to do with a file afterwards; valid are leave, move", code="watch.bad_after"
            )
        row = WatchFolderRow(
            id=uuid4().hex, path=str(place), after=after, shop=shop.strip(), created_at=self._clock.now(), created_by=by
        )
        try:
            with self._database.write() as session:
                if (session.scalar(select(func.count()).select_from(WatchFolderRow)) or 0) >= MOST_FOLDERS:
                    raise InputError(
                        f"{MOST_FOLDERS} folders are watched already; take one away first", code="watch.too_many"
                    )
                session.add(row)
                session.flush()
                return _folder(row)
        except IntegrityError:
            raise Conflict(f"{place} is watched already", code="watch.watched", values={"folder": str(place)}) from None

    def remove(self, number: str) -> WatchedFolder:
        """Watch it no longer; its files and what was imported stay. `number`: its id or the beginning of it, or its path. Raises NotFound."""
        with self._database.write() as session:
            for row in session.scalars(select(WatchFolderRow)):
                if row.path == number or (len(number) >= 6 and row.id.startswith(number)):
                    session.delete(row)
                    return _folder(row)
        raise NotFound(
            f"no folder {number!r} is watched; `castanea watch list` names them",
            code="watch.none", values={"folder": number},
        )  # fmt: skip

    def files(self, most: int = MOST_FILES) -> list[WatchedFile]:
        """Newest first."""
        with self._database.read() as session:
            asked = select(WatchFileRow).order_by(WatchFileRow.at.desc(), WatchFileRow.name).limit(most)
            return [_file(row) for row in session.scalars(asked)]

    # --- for the one who watches ---

    def open_files(self) -> list[WatchedFile]:
        """Those whose end is not known: taken, or waiting for somebody."""
        with self._database.read() as session:
            rows = session.scalars(select(WatchFileRow).where(WatchFileRow.state.in_(("taken", "waits"))))
            return [_file(row) for row in rows]

    def seen(self, folder: str) -> dict[str, tuple[int, int]]:
        """Name → (bytes, time of change in ns), as each file of a folder stood when it was found last."""
        with self._database.read() as session:
            asked = select(WatchFileRow).where(WatchFileRow.folder_id == folder).order_by(WatchFileRow.at)
            return {row.name: (row.size, row.changed_ns) for row in session.scalars(asked)}

    def knows(self, sha256: str) -> bool:
        """Whether a file of this content was found before, in any folder."""
        with self._database.read() as session:
            asked = select(func.count()).select_from(WatchFileRow).where(WatchFileRow.sha256 == sha256)
            return (session.scalar(asked) or 0) > 0

    def found(
        self,
        folder: str,
        name: str,
        stood: tuple[int, int],
        sha256: str,
        state: FileState,
        job: str = "",
        why: str = "",
    ) -> WatchedFile:
        """Write down a file as it stood."""
        now = self._clock.now()
        with self._database.write() as session:
            session.execute(delete(WatchFileRow).where(WatchFileRow.at < now - FORGOTTEN))
            row = WatchFileRow(
                id=uuid4().hex, folder_id=folder, name=name, size=stood[0], changed_ns=stood[1], sha256=sha256, state=state,
                job_id=job, why=why, at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _file(row)

    def became(self, number: str, state: FileState, why: str = "") -> None:
        with self._database.write() as session:
            row = session.get(WatchFileRow, number)
            if row is not None:
                row.state, row.why = state, why[:500]

    def stood(self, number: str) -> tuple[int, int] | None:
        """(bytes, time of change in ns) of a file when it was found."""
        with self._database.read() as session:
            row = session.get(WatchFileRow, number)
            return None if row is None else (row.size, row.changed_ns)

    def tell(self, folder: str, problem: str) -> None:
        """Why a folder cannot be read; empty = it can."""
        with self._database.write() as session:
            row = session.get(WatchFolderRow, folder)
            if row is not None and row.problem != problem:
                row.problem = problem


def _folder(row: WatchFolderRow) -> WatchedFolder:
    return WatchedFolder(row.id, row.path, row.after, row.shop, row.created_at, row.created_by, row.problem or "")  # type: ignore[arg-type]


def _file(row: WatchFileRow) -> WatchedFile:
    return WatchedFile(row.id, row.folder_id, row.name, row.size, row.state, row.at, row.job_id, row.why)  # type: ignore[arg-type]
