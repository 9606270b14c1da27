"""What people say about tiles, and about a day or some days of a tile's chart: who said it when, whom they named, what the tile showed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import delete, func, select

from castanea.access import Forbidden
from castanea.kit.clock import Clock
from castanea.kit.errors import InputError, NotFound
from castanea.state import Database, RemarkRow

TEXT, SNAPSHOT, MOST = 4_000, 8_000, 2_000  # characters, characters, remarks of a board
_NAMED = re.compile(r"@([^\s@,，。:：;；!?！？]+)")


@dataclass(frozen=True)
class NewRemark:
    """`text`: @name names somebody. `since`, `until`: first and last day (YYYY-MM-DD) that it is about, both empty for the whole tile.
    `snapshot`: what the tile shows now, tab-separated, headings first."""

    tile: str
    text: str
    since: str = ""
    until: str = ""
    snapshot: str = ""


@dataclass(frozen=True)
class Remark:
    """`snapshot` is empty for readers who may see other figures than its writer; `withheld` says so."""

    id: str
    board: str
    tile: str
    at: datetime
    by: str
    text: str
    since: str
    until: str
    mentions: tuple[str, ...]
    snapshot: str
    withheld: bool


class Remarks:
    """All methods block. `rights` is the key of the asker's rights; "all" sees every snapshot."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def of_board(self, board: str, rights: str) -> list[Remark]:
        """Oldest first."""
        asked = select(RemarkRow).where(RemarkRow.board_id == board).order_by(RemarkRow.at, RemarkRow.id)
        with self._database.read() as session:
            return [_told(row, rights) for row in session.scalars(asked)]

    def naming(self, account: str, rights: str, limit: int = 50) -> list[Remark]:
        """The newest remarks in which somebody named this account, newest first, out of the last 1,000 of all boards."""
        asked = select(RemarkRow).order_by(RemarkRow.at.desc()).limit(1_000)
        with self._database.read() as session:
            found = [row for row in session.scalars(asked) if account in row.mentions and row.by != account]
            return [_told(row, rights) for row in found[:limit]]

    def say(self, board: str, new: NewRemark, by: str, rights: str, names: Mapping[str, str]) -> Remark:
        """Keep a remark; `names` by id, for those whom it names. Raises InputError when it is empty, too long, or its days are no days."""
        text = _text("text", new.text, TEXT)
        since, until = _days(new.since, new.until)
        named = set(_NAMED.findall(text.lower()))
        with self._database.write() as session:
            count = session.scalar(select(func.count()).where(RemarkRow.board_id == board)) or 0
            if count >= MOST:
                raise _wrong("remarks", str(count), f"up to {MOST} on a board")
            row = RemarkRow(
                id=uuid4().hex, board_id=board, tile_id=new.tile, at=self._clock.now(), by=by, text=text, since=since, until=until,
                mentions=sorted(number for number, name in names.items() if name.lower() in named),
                snapshot=new.snapshot[:SNAPSHOT], rights=rights,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _told(row, rights)

    def take_back(self, board: str, remark: str, by: str, *, any_writer: bool = False) -> None:
        """Remove a remark of one's own (`any_writer`: of anybody). Raises NotFound, Forbidden."""
        with self._database.write() as session:
            row = session.get(RemarkRow, remark)
            if row is None or row.board_id != board:
                raise NotFound(f"there is no remark {remark!r} on this board", code="remark.not_there")
            if row.by != by and not any_writer:
                raise Forbidden("only its writer, or who edits boards, removes a remark", code="remark.not_yours")
            session.delete(row)

    def forget(self, board: str) -> None:
        """Remove all remarks of a board."""
        with self._database.write() as session:
            session.execute(delete(RemarkRow).where(RemarkRow.board_id == board))


def _told(row: RemarkRow, rights: str) -> Remark:
    shown = rights in ("all", row.rights)
    return Remark(
        row.id, row.board_id, row.tile_id, row.at, row.by, row.text, row.since, row.until, tuple(row.mentions),
        row.snapshot if shown else "", bool(row.snapshot) and not shown,
    )  # fmt: skip


def _text(field: str, text: str, most: int) -> str:
    text = text.strip()
    if not 1 <= len(text) <= most:
        raise _wrong(field, f"{len(text)} characters", f"1–{most} characters")
    return text


def _days(since: str, until: str) -> tuple[str, str]:
    """Both days in their order; one that is missing is the other."""
    days = [text for text in (since, until) if text]
    for text in days:
        try:
            known = date.fromisoformat(text).isoformat() == text
        except ValueError:
            known = False
        if not known:
            raise _wrong("since/until", text[:40], "YYYY-MM-DD")
    return (min(days), max(days)) if days else ("", "")


def _wrong(field: str, value: str, valid: str) -> InputError:
    values = {"field": field, "value": value, "valid": valid}
    return InputError(f"{field} is {value}; valid: {valid}. Nothing was kept", code="remark.bad_field", values=values)
