"""The boards that people made or changed: kept with every version, in folders, archived, restored. Ready-made ones stand beside them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from castanea.boards.checking import board_from
from castanea.boards.merging import merged
from castanea.contracts.board import BoardSpec
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, NotFound
from castanea.state import Board, BoardVersion, Database, Favourite

VERSIONS = 200  # kept of one board


@dataclass(frozen=True)
class KeptBoard:
    """`at`, `by`: of the newest version."""

    spec: BoardSpec
    folder: str
    archived: bool
    at: datetime
    by: str


@dataclass(frozen=True)
class Version:
    version: int
    at: datetime
    by: str
    restored: int
    tiles: int


@dataclass(frozen=True)
class Saved:
    """`merged`: somebody else had saved meanwhile, and both their changes and these stand."""

    board: KeptBoard
    merged: bool


class KeptBoards:
    """All methods block."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self) -> list[KeptBoard]:
        """Archived ones too, in order of their folder and making."""
        newest = (BoardVersion.board_id == Board.id) & (BoardVersion.version == Board.version)
        asked = (
            select(Board, BoardVersion).join(BoardVersion, newest).order_by(Board.folder, Board.created_at, Board.id)
        )
        with self._database.read() as session:
            return [_kept(board, version) for board, version in session.execute(asked)]

    def get(self, board_id: str) -> KeptBoard | None:
        with self._database.read() as session:
            board = session.get(Board, board_id)
            return None if board is None else _kept(board, _version(session, board_id, board.version))

    def create(self, spec: BoardSpec, by: str, folder: str = "", taken: Collection[str] = ()) -> KeptBoard:
        """A new board; an id that is there already (or in `taken`) gets a number. Raises BoardError."""
        spec = board_from(msgspec.to_builtins(spec))
        with self._database.write() as session:
            known = {*session.scalars(select(Board.id)), *taken}
            number, name = 2, spec.id
            while name in known:
                name = f"{spec.id[:58]}-{number}"
                number += 1
            return self._insert(session, replace(spec, id=name, version=0), by, folder)

    def save(self, base: BoardSpec, mine: BoardSpec, by: str) -> Saved:
        """What was made of `base` becomes the newest version; where somebody saved meanwhile, both changes stand.

        A board that was not kept yet (a ready-made one) is kept from now on. Raises BoardError, Conflict (board.changed, with
        `conflicts`, `version` and `by`) where both changed the same part; nothing is kept then.
        """
        mine = board_from(msgspec.to_builtins(mine))
        with self._database.write() as session:
            board = session.get(Board, mine.id)
            if board is None:
                return Saved(self._insert(session, mine, by, ""), merged=False)
            newest = _version(session, board.id, board.version)
            theirs = _spec(newest)
            if base.version == theirs.version:
                return Saved(self._append(session, board, mine, by), merged=False)
            outcome = merged(self._at(session, board, base), mine, theirs)
            if outcome.conflicts:
                raise Conflict(
                    f"{len(outcome.conflicts)} part(s) were changed by somebody else meanwhile: {', '.join(outcome.conflicts)}",
                    code="board.changed",
                    values={"conflicts": ", ".join(outcome.conflicts), "version": theirs.version, "by": newest.by},
                )
            return Saved(self._append(session, board, outcome.board, by), merged=True)

    def versions(self, board_id: str) -> list[Version]:
        """Newest first. Raises NotFound."""
        asked = select(BoardVersion).where(BoardVersion.board_id == board_id).order_by(BoardVersion.version.desc())
        with self._database.read() as session:
            _board(session, board_id)
            return [
                Version(v.version, v.at, v.by, v.restored, len(v.spec.get("tiles", ()))) for v in session.scalars(asked)
            ]

    def version(self, board_id: str, version: int) -> BoardSpec:
        """The board as it was. Raises NotFound."""
        with self._database.read() as session:
            return _spec(_version(session, board_id, version))

    def restore(self, board_id: str, version: int, by: str) -> KeptBoard:
        """An earlier version as the newest one. Raises NotFound."""
        with self._database.write() as session:
            board = _board(session, board_id)
            return self._append(session, board, _spec(_version(session, board_id, version)), by, restored=version)

    def place(self, board_id: str, *, folder: str | None = None, archived: bool | None = None) -> KeptBoard:
        """Put a board in a folder, into the archive or out of it. Raises NotFound."""
        with self._database.write() as session:
            board = _board(session, board_id)
            if folder is not None:
                board.folder = "/".join(part.strip() for part in folder.split("/") if part.strip())[:160]
            if archived is not None:
                board.archived_at = self._clock.now() if archived else None
            return _kept(board, _version(session, board_id, board.version))

    def remove(self, board_id: str) -> None:
        """For ever, with its versions; a ready-made board stands again where one was changed. Raises NotFound."""
        with self._database.write() as session:
            session.delete(_board(session, board_id))

    def favourites(self, account_id: str) -> list[str]:
        with self._database.read() as session:
            mine = select(Favourite.board_id).where(Favourite.account_id == account_id).order_by(Favourite.board_id)
            return list(session.scalars(mine))

    def set_favourite(self, account_id: str, board_id: str, *, favourite: bool) -> list[str]:
        with self._database.write() as session:
            session.execute(delete(Favourite).where(Favourite.account_id == account_id, Favourite.board_id == board_id))
            if favourite:
                session.add(Favourite(account_id=account_id, board_id=board_id))
        return self.favourites(account_id)

    def _insert(self, session: Session, spec: BoardSpec, by: str, folder: str) -> KeptBoard:
        now = self._clock.now()
        board = Board(id=spec.id, version=0, folder=folder, created_at=now, created_by=by, archived_at=None)
        session.add(board)
        session.flush()
        return self._append(session, board, spec, by)

    def _append(self, session: Session, board: Board, spec: BoardSpec, by: str, restored: int = 0) -> KeptBoard:
        last = session.scalar(select(func.max(BoardVersion.version)).where(BoardVersion.board_id == board.id)) or 0
        # a ready-made board that is changed goes on from its own number, so that who edits the ready one is noticed
        board.version = max(last, spec.version if not last else 0) + 1
        told = msgspec.to_builtins(replace(spec, id=board.id, version=board.version))
        version = BoardVersion(
            board_id=board.id, version=board.version, spec=told, at=self._clock.now(), by=by, restored=restored
        )
        session.add(version)
        session.execute(
            delete(BoardVersion).where(
                BoardVersion.board_id == board.id, BoardVersion.version <= board.version - VERSIONS
            )
        )
        session.flush()
        return _kept(board, version)

    def _at(self, session: Session, board: Board, base: BoardSpec) -> BoardSpec:
        """The base as it was kept, else (a version no longer kept, a ready-made one) as the editor says."""
        version = session.get(BoardVersion, (board.id, base.version))
        return base if version is None else _spec(version)


def _board(session: Session, board_id: str) -> Board:
    board = session.get(Board, board_id)
    if board is None:
        raise NotFound(
            f"there is no board {board_id!r} of one's own", code="board.not_kept", values={"board": board_id}
        )
    return board


def _version(session: Session, board_id: str, version: int) -> BoardVersion:
    found = session.get(BoardVersion, (board_id, version))
    if found is None:
        raise NotFound(
            f"board {board_id!r} has no version {version} (any more)",
            code="board.no_version",
            values={"board": board_id, "version": version},
        )
    return found


def _spec(version: BoardVersion) -> BoardSpec:
    return msgspec.convert(version.spec, BoardSpec)


def _kept(board: Board, version: BoardVersion) -> KeptBoard:
    return KeptBoard(_spec(version), board.folder, board.archived_at is not None, version.at, version.by)
