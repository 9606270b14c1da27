"""Links that let somebody in: an invitation makes one account; a link for the wall shows one board and nothing else."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from castanea.access.accounts import Accounts, Profile, clean_name
from castanea.access.errors import Forbidden
from castanea.access.keyring import fingerprint
from castanea.access.people import check_rules, put_in_teams
from castanea.access.permissions import Principal, Role, may_manage
from castanea.access.preferences import Preferences
from castanea.access.rules import Rules
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Account, Database, Invitation, Session, WallLink

LONGEST_DAYS = 30


@dataclass(frozen=True)
class InvitationInfo:
    """`state`: open, accepted, revoked, expired."""

    id: str
    role: Role
    rules: Rules
    teams: tuple[str, ...]
    note: str
    created_at: datetime
    expires_at: datetime
    state: str


@dataclass(frozen=True)
class WallInfo:
    id: str
    name: str
    board: str
    rules: Rules
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Made:
    """A new link's number and its token, which is shown once and kept nowhere."""

    id: str
    token: str

    def __repr__(self) -> str:
        return f"Made(id={self.id!r}, token='…')"


class Invitations:
    """All methods block."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._database, self._accounts, self._clock = database, accounts, clock

    def make(
        self,
        by: Principal,
        role: Role,
        *,
        rules: Rules | None = None,
        teams: tuple[str, ...] = (),
        note: str = "",
        days: int = 7,
    ) -> Made:
        """Raises Forbidden for a role at or above one's own (the owner may all), InputError for rules or days that cannot be."""
        if by.role is None or not may_manage(by.role, role):
            raise Forbidden("only the owner may invite an owner or a manager", code="access.above_you")
        rules = rules or Rules()
        check_rules(role, rules)
        if not 1 <= days <= LONGEST_DAYS:
            raise InputError(
                f"an invitation is good for 1 to {LONGEST_DAYS} days",
                code="access.bad_days",
                values={"longest": LONGEST_DAYS},
            )
        token, now = secrets.token_urlsafe(32), self._clock.now()
        made = Invitation(
            id=uuid.uuid4().hex, token_hash=fingerprint(token), role=role.value, rules=rules.to_state(), teams=list(teams), note=note[:160],
            created_at=now, created_by=by.id, expires_at=now + timedelta(days=days), accepted_at=None, account_id="", revoked_at=None,
        )  # fmt: skip
        with self._database.write() as session:
            session.add(made)
        return Made(made.id, token)

    def list(self) -> list[InvitationInfo]:
        """Newest first."""
        with self._database.read() as session:
            kept = session.scalars(select(Invitation).order_by(Invitation.created_at.desc(), Invitation.id)).all()
        return [self._info(each) for each in kept]

    def revoke(self, invitation_id: str) -> None:
        """An account that was made with it stays."""
        with self._database.write() as session:
            found = session.get(Invitation, invitation_id)
            if found is None:
                raise NotFound("there is no such invitation", code="access.no_such_link")
            found.revoked_at = found.revoked_at or self._clock.now()

    def look(self, token: str) -> InvitationInfo:
        """What an open invitation offers. Raises NotFound, the same for a wrong, a used and an old one."""
        with self._database.read() as session:
            return self._info(
                self._open(session.scalar(select(Invitation).where(Invitation.token_hash == fingerprint(token))))
            )

    def accept(self, token: str, name: str, passphrase: str) -> Profile:
        """Make the account. Raises NotFound as `look`, InputError for a bad name or passphrase, Conflict for a name that is taken."""
        name = clean_name(name)
        hashed = self._accounts.hashed(passphrase)
        now = self._clock.now()
        with self._database.write() as session:
            found = self._open(session.scalar(select(Invitation).where(Invitation.token_hash == fingerprint(token))))
            if session.scalar(select(Account.id).where(Account.name == name)):
                raise Conflict(
                    f"there is an account {name!r} already; take another name",
                    code="access.name_taken",
                    values={"name": name},
                )
            account = Account(
                id=uuid.uuid4().hex, name=name, role=found.role, passphrase_hash=hashed, preferences=Preferences().to_state(),
                created_at=now, passphrase_at=now, disabled_at=None, rules=found.rules, recovery=[], totp_step=0,
            )  # fmt: skip
            session.add(account)
            session.flush()
            put_in_teams(session, account.id, found.teams)
            found.accepted_at, found.account_id = now, account.id
        return Profile(account.id, account.name, Role(account.role), Preferences())

    def _open(self, found: Invitation | None) -> Invitation:
        if found is None or self._info(found).state != "open":
            raise NotFound(
                "this invitation is not good any more; ask whoever sent it for a new one", code="access.invitation_over"
            )
        return found

    def _info(self, kept: Invitation) -> InvitationInfo:
        old = kept.expires_at <= self._clock.now()
        state = "revoked" if kept.revoked_at else "accepted" if kept.accepted_at else "expired" if old else "open"
        rules = Rules.from_state(kept.rules)
        return InvitationInfo(
            kept.id, Role(kept.role), rules, tuple(kept.teams), kept.note, kept.created_at, kept.expires_at, state
        )


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
        token = secrets.token_urlsafe(32)
        made = WallLink(
            id=uuid.uuid4().hex, name=name, token_hash=fingerprint(token), board=board, rules=(rules or Rules()).to_state(),
            preferences=(preferences or Preferences()).to_state(), created_at=self._clock.now(), created_by=by.id, used_at=None, revoked_at=None,
        )  # fmt: skip
        with self._database.write() as session:
            session.add(made)
        return Made(made.id, token)

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
