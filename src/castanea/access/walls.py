"""Links for the wall: each shows one board on a screen, and nothing else, until it is revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from castanea.access.links import Made, fingerprint, new_link
from castanea.access.permissions import Principal
from castanea.access.preferences import Preferences
from castanea.access.rules import Rules
from castanea.kit.clock import Clock
from castanea.kit.errors import InputError, NotFound
from castanea.state import Database, Session, WallLink


@dataclass(frozen=True)
class WallInfo:
    id: str
    name: str
    board: str
    rules: Rules
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class Walls:
    """All methods block."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def make(
        self,
        by: Principal,
        name: str,
        board: str,
        *,
        rules: Rules | None = None,
        preferences: Preferences | None = None,
    ) -> Made:
        """Raises InputError for a bad name."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 64 or not name.isprintable():
            raise InputError(
                "a link's name has 1 to 64 characters", code="access.bad_link_name", values={"longest": 64}
            )
        link = new_link()
        made = WallLink(
            id=link.id, name=name, token_hash=link.fingerprint, board=board, rules=(rules or Rules()).to_state(),
            preferences=(preferences or Preferences()).to_state(), created_at=self._clock.now(), created_by=by.id, used_at=None, revoked_at=None,
        )  # fmt: skip
        with self._database.write() as session:
            session.add(made)
        return link

    def list(self) -> list[WallInfo]:
        """Newest first, revoked ones too."""
        with self._database.read() as session:
            kept = session.scalars(select(WallLink).order_by(WallLink.created_at.desc(), WallLink.id)).all()
        return [
            WallInfo(k.id, k.name, k.board, Rules.from_state(k.rules), k.created_at, k.used_at, k.revoked_at)
            for k in kept
        ]

    def find(self, token: str) -> str:
        """The number of a standing link. Raises NotFound."""
        with self._database.write() as session:
            found = session.scalar(
                select(WallLink).where(WallLink.token_hash == fingerprint(token), WallLink.revoked_at.is_(None))
            )
            if found is None:
                raise NotFound("this link is not good any more; ask for a new one", code="access.no_such_link")
            found.used_at = self._clock.now()
            return found.id

    def revoke(self, wall_id: str) -> None:
        """Its screens go dark."""
        with self._database.write() as session:
            found = session.get(WallLink, wall_id)
            if found is None:
                raise NotFound("there is no such link", code="access.no_such_link")
            found.revoked_at = found.revoked_at or self._clock.now()
            session.execute(delete(Session).where(Session.wall_id == wall_id))
