"""The people of a workspace: their roles, rules and teams, changed by who may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as DatabaseSession

from castanea.access.errors import Forbidden
from castanea.access.permissions import SEE_ALL, Principal, Role, may_manage
from castanea.access.rules import Rules, Sight, sight_of
from castanea.access.teams import found, put_in_teams, teams_of
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Account, Database, Membership, Session


@dataclass(frozen=True)
class Person:
    """`sight`: what their own rules and those of their teams leave. `seen_at`: last use of a session that still stands."""

    id: str
    name: str
    role: Role
    rules: Rules
    sight: Sight
    teams: tuple[str, ...]
    second_factor: bool
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class Change:
    """What to change of an account; None leaves it as it is."""

    role: Role | None = None
    rules: Rules | None = None
    teams: tuple[str, ...] | None = None
    disabled: bool | None = None


class People:
    """All methods block. `by` is the one who asks: nobody raises themselves, and nobody changes those at or above them but the owner."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self) -> list[Person]:
        """Everybody by name, those who were put out last."""
        with self._database.read() as session:
            accounts = session.scalars(select(Account).order_by(Account.disabled_at.is_not(None), Account.name)).all()
            teams = teams_of(session, (account.id for account in accounts))
            last = select(Session.account_id, func.max(Session.seen_at)).group_by(Session.account_id)
            seen = {row[0]: row[1] for row in session.execute(last)}
        return [_person(account, teams.get(account.id, {}), seen.get(account.id)) for account in accounts]

    def change(self, by: Principal, account_id: str, change: Change) -> Person:
        """Raises NotFound, Forbidden, Conflict (the last owner stays one). The account's sessions end where what it may or sees changes."""
        with self._database.write() as session:
            account = _account(session, account_id)
            role = change.role or Role(account.role)
            _allow(by, account, role)
            disabled = account.disabled_at is not None if change.disabled is None else change.disabled
            if Role(account.role) is Role.OWNER and (role is not Role.OWNER or disabled):
                _keep_an_owner(session, account_id)
            rules = Rules.from_state(account.rules) if change.rules is None else change.rules
            check_rules(role, rules)
            before = _standing(session, account)
            if change.teams is not None:
                _put_in_teams(session, account_id, change.teams)
            account.role, account.rules = role.value, rules.to_state()
            account.disabled_at = (account.disabled_at or self._clock.now()) if disabled else None
            if _standing(session, account) != before:
                _end_sessions(session, account_id)
            teams = teams_of(session, [account_id]).get(account_id, {})
            return _person(account, teams, None)

    def end_sessions(self, by: Principal, account_id: str) -> None:
        """Sign somebody out everywhere. Raises NotFound, Forbidden."""
        with self._database.write() as session:
            account = _account(session, account_id)
            if by.id != account_id:
                _allow(by, account, Role(account.role))
            _end_sessions(session, account_id)

    def take_second_factor(self, name: str) -> None:
        """For somebody who lost it, from the command line; their sessions end."""
        with self._database.write() as session:
            account = session.scalar(select(Account).where(Account.name == name.strip().lower()))
            if account is None:
                raise NotFound(
                    f"there is no account {name!r}; `castanea people list` shows them", code="access.account_gone"
                )
            account.totp_sealed, account.recovery = None, []
            _end_sessions(session, account.id)


def sight_of_account(session: DatabaseSession, account: Account) -> Sight:
    """What an account sees: rules do not bind who makes them."""
    return _sight(account, teams_of(session, [account.id]).get(account.id, {}).values())


def check_rules(role: Role, rules: Rules) -> None:
    """Raises InputError where rules would bind who makes them."""
    if role in SEE_ALL and not rules.empty:
        raise InputError(
            f"a {role.value} sees everything; take editor, member or viewer for somebody who may not",
            code="access.rules_for_all",
            values={"role": role.value},
        )


def _account(session: DatabaseSession, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("there is no such account; load the list again", code="access.account_gone")
    return account


def _sight(account: Account, of_teams: Iterable[Rules]) -> Sight:
    return Sight() if Role(account.role) in SEE_ALL else sight_of([Rules.from_state(account.rules), *of_teams])


def _standing(session: DatabaseSession, account: Account) -> tuple[str, bool, Sight]:
    return account.role, account.disabled_at is not None, sight_of_account(session, account)


def _put_in_teams(session: DatabaseSession, account_id: str, teams: Iterable[str]) -> None:
    for team in teams:
        found(session, team)
    session.execute(delete(Membership).where(Membership.account_id == account_id))
    put_in_teams(session, account_id, teams)


def _end_sessions(session: DatabaseSession, account_id: str) -> None:
    session.execute(delete(Session).where(Session.account_id == account_id))


def _allow(by: Principal, account: Account, role: Role) -> None:
    mine = by.role
    if mine is None or not may_manage(mine, Role(account.role)) or not may_manage(mine, role):
        raise Forbidden("only the owner may change the owner or a manager, or make one", code="access.above_you")
    if by.id == account.id and role is not Role(account.role) and mine is not Role.OWNER:
        raise Forbidden("nobody changes their own role", code="access.above_you")


def _keep_an_owner(session: DatabaseSession, but: str) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Account)
        .where(Account.role == Role.OWNER, Account.disabled_at.is_(None), Account.id != but)
    )
    if not others:
        raise Conflict("this is the last owner; make another one first", code="access.last_owner")


def _person(account: Account, teams: dict[str, Rules], seen_at: datetime | None) -> Person:
    return Person(
        id=account.id,
        name=account.name,
        role=Role(account.role),
        rules=Rules.from_state(account.rules),
        sight=_sight(account, teams.values()),
        teams=tuple(teams),
        second_factor=account.totp_sealed is not None,
        created_at=account.created_at,
        seen_at=seen_at,
        disabled_at=account.disabled_at,
    )
