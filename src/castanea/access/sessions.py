"""Sessions: opaque random tokens, kept as hashes, renewed at sign-in, ended at once."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from castanea.access.keyring import Keyring, fingerprint
from castanea.access.people import sight_of_account
from castanea.access.permissions import OF_WALL, Principal, Role, permissions_of
from castanea.access.preferences import Preferences
from castanea.access.remembered import Remembered
from castanea.access.rules import Rules, Sight, sight_of
from castanea.access.shares import barred_boards
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import NotFound
from castanea.state import Account, Database, Session, WallLink

LONGEST = timedelta(days=30)
IDLE = timedelta(days=7)
LONGEST_WALL = timedelta(days=3650)
_STANDING = (
    select(Session, Account, WallLink)
    .outerjoin(Account, Account.id == Session.account_id)
    .outerjoin(WallLink, WallLink.id == Session.wall_id)
    .where(
        or_(
            and_(Account.id.is_not(None), Account.disabled_at.is_(None)),
            and_(WallLink.id.is_not(None), WallLink.revoked_at.is_(None)),
        )
    )
)
_TOUCH = timedelta(minutes=5)
_TRUST = 2.0  # seconds for which a session is not looked up again


@dataclass(frozen=True)
class OpenedSession:
    """`token` goes into the browser's cookie and nowhere else."""

    token: str
    id: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"OpenedSession(id={self.id!r}, token='…')"


@dataclass(frozen=True)
class SessionInfo:
    """A sign-in of an account; `agent` is what the browser called itself."""

    id: str
    created_at: datetime
    seen_at: datetime
    agent: str


class Sessions:
    """Open, find and end sessions. What this process ends is over at once; what another ends (the command line), after 2 seconds."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._remembered: Remembered[Principal] = Remembered(_TRUST, 10_000, monotonic)

    def open(self, account_id: str, agent: str = "", replaces: str = "") -> OpenedSession:
        """A new session for an account that just signed in; `replaces` is the token that the browser held before, which ends."""
        return self._opened(account_id, "", agent, replaces, LONGEST)

    def open_wall(self, wall_id: str, agent: str = "", replaces: str = "") -> OpenedSession:
        """The same for a screen on the wall; it lasts as long as its link."""
        return self._opened("", wall_id, agent, replaces, LONGEST_WALL)

    def _opened(self, account_id: str, wall_id: str, agent: str, replaces: str, longest: timedelta) -> OpenedSession:
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        opened = OpenedSession(token, uuid.uuid4().hex, now + longest)
        with self._database.write() as session:
            session.execute(delete(Session).where(Session.expires_at <= now))
            session.execute(delete(Session).where(Session.seen_at <= now - IDLE))
            if replaces:
                session.execute(delete(Session).where(Session.token_hash == fingerprint(replaces)))
            session.add(
                Session(
                    id=opened.id,
                    token_hash=fingerprint(token),
                    account_id=account_id or None,
                    wall_id=wall_id or None,
                    created_at=now,
                    seen_at=now,
                    expires_at=opened.expires_at,
                    agent=agent[:160],
                )
            )
        self._remembered.clear()
        return opened

    def remembered(self, token: str) -> Principal | None:
        """Who holds the token, when that was looked up within the last 2 seconds; never blocks."""
        return self._remembered.get(fingerprint(token))

    def find(self, token: str) -> Principal | None:
        """Who holds the token, or None when there is no such session (any more). Blocks."""
        digest = fingerprint(token)
        now = self._clock.now()
        mark = self._remembered.mark()
        with self._database.read() as session:
            row = session.execute(_STANDING.where(Session.token_hash == digest)).first()
            if row is None:
                return None
            held, wall = row[0], row[2]
            account: Account | None = row[1]
            if now >= held.expires_at or now - held.seen_at >= IDLE:
                return None
            principal = (
                _of_wall(held.id, wall)
                if account is None
                else _of_account(held.id, account, sight_of_account(session, account), barred_boards(session, account))
            )
        if now - held.seen_at >= _TOUCH:
            with self._database.write() as session:
                session.execute(update(Session).where(Session.id == held.id).values(seen_at=now))
        self._remembered.put(digest, principal, mark)
        return principal

    def living(self, ids: Iterable[str]) -> set[str]:
        """Which of these sessions still stand; asked every two seconds for those with open streams, which are in use by that. Blocks."""
        wanted = list(ids)
        now = self._clock.now()
        found: set[str] = set()
        stale: list[str] = []
        with self._database.read() as session:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                rows = session.execute(_STANDING.where(Session.id.in_(part), Session.expires_at > now)).all()
                found.update(row[0].id for row in rows)
                stale += [row[0].id for row in rows if now - row[0].seen_at >= _TOUCH]
        if stale:
            with self._database.write() as session:
                session.execute(update(Session).where(Session.id.in_(stale)).values(seen_at=now))
        return found

    def end(self, session_id: str) -> None:
        """End one session; ending it again changes nothing."""
        with self._database.write() as session:
            session.execute(delete(Session).where(Session.id == session_id))
        self._remembered.clear()

    def of(self, account_id: str) -> list[SessionInfo]:
        """The sessions of an account that stand, the last used first."""
        now = self._clock.now()
        standing = (
            select(Session)
            .where(Session.account_id == account_id, Session.expires_at > now, Session.seen_at > now - IDLE)
            .order_by(Session.seen_at.desc(), Session.id)
        )
        with self._database.read() as session:
            return [SessionInfo(s.id, s.created_at, s.seen_at, s.agent) for s in session.scalars(standing)]

    def end_own(self, account_id: str, session_id: str) -> None:
        """End one session of this account. Raises NotFound, the same for one that is over and one of somebody else."""
        mine = delete(Session).where(Session.id == session_id, Session.account_id == account_id).returning(Session.id)
        with self._database.write() as session:
            ended = session.execute(mine).first()
        self._remembered.clear()
        if ended is None:
            raise NotFound("there is no such session; it may be over already", code="access.no_such_session")

    def end_all(self, account_id: str) -> None:
        with self._database.write() as session:
            session.execute(delete(Session).where(Session.account_id == account_id))
        self._remembered.clear()

    def forget(self) -> None:
        """Drop what is remembered (preferences changed, an account was disabled)."""
        self._remembered.clear()

    def csrf(self, session_id: str) -> str:
        """The value that unsafe requests of this session must carry in a header of their own."""
        return self._keyring.derive("csrf", session_id).hex()[:32]


def _of_wall(session_id: str, wall: WallLink) -> Principal:
    return Principal(
        kind="wall",
        id=wall.id,
        name=wall.name,
        session_id=session_id,
        language=Preferences.from_state(wall.preferences).language,
        permissions=OF_WALL,
        rights=sight_of([Rules.from_state(wall.rules)]).rights(),
        boards=frozenset({wall.board}),
    )


def _of_account(session_id: str, account: Account, sight: Sight, barred: frozenset[str]) -> Principal:
    role, rights = Role(account.role), sight.rights()
    return Principal(
        kind="account",
        id=account.id,
        name=account.name,
        role=role,
        session_id=session_id,
        language=Preferences.from_state(account.preferences).language,
        permissions=permissions_of(role, rights),
        rights=rights,
        barred=barred,
    )
