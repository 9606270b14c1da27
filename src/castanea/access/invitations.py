"""Invitations: links with each of which one person makes an account."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from castanea.access.accounts import Accounts, Profile, clean_name
from castanea.access.errors import Forbidden
from castanea.access.links import Made, fingerprint, new_link
from castanea.access.people import check_rules
from castanea.access.permissions import Principal, Role, may_manage
from castanea.access.preferences import Preferences
from castanea.access.rules import Rules
from castanea.access.teams import put_in_teams
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Account, Database, Invitation

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
        link, now = new_link(), self._clock.now()
        made = Invitation(
            id=link.id, token_hash=link.fingerprint, role=role.value, rules=rules.to_state(), teams=list(teams), note=note[:160],
            created_at=now, created_by=by.id, expires_at=now + timedelta(days=days), accepted_at=None, account_id="", revoked_at=None,
        )  # fmt: skip
        with self._database.write() as session:
            session.add(made)
        return link

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
            return self._info(self._open(session.scalar(_of(token))))

    def accept(self, token: str, name: str, passphrase: str) -> Profile:
        """Make the account. Raises NotFound as `look`, InputError for a bad name or passphrase, Conflict for a name that is taken."""
        name = clean_name(name)
        hashed = self._accounts.hashed(passphrase)
        now = self._clock.now()
        with self._database.write() as session:
            found = self._open(session.scalar(_of(token)))
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


def _of(token: str) -> Select[Invitation]:
    return select(Invitation).where(Invitation.token_hash == fingerprint(token))
