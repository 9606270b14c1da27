"""The people of a workspace: their roles, rules and teams, changed by who may."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as DatabaseSession

from castanea.access.errors import Forbidden
from castanea.access.permissions import SEE_ALL, Principal, Role, may_manage
from castanea.access.rules import Rules
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Account, BoardShare, Database, Membership, Session, Team

LONGEST_NAME = 64


@dataclass(frozen=True)
class Person:
    """`seen_at`: last use of a session that still stands."""

    id: str
    name: str
    role: Role
    rules: Rules
    teams: tuple[str, ...]
    second_factor: bool
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class TeamInfo:
    id: str
    name: str
    members: tuple[str, ...]


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
            teams = _teams_of(session, (account.id for account in accounts))
            last = select(Session.account_id, func.max(Session.seen_at)).group_by(Session.account_id)
            seen = {row[0]: row[1] for row in session.execute(last)}
        return [_person(account, teams.get(account.id, ()), seen.get(account.id)) for account in accounts]

    def change(self, by: Principal, account_id: str, change: Change) -> Person:
        """Raises NotFound, Forbidden, Conflict (the last owner stays one). What is taken away ends the account's sessions."""
        with self._database.write() as session:
            account = session.get(Account, account_id)
            if account is None:
                raise NotFound("there is no such account; load the list again", code="access.account_gone")
            role = change.role or Role(account.role)
            _allow(by, account, role)
            disabled = account.disabled_at is not None if change.disabled is None else change.disabled
            if Role(account.role) is Role.OWNER and (role is not Role.OWNER or disabled):
                _keep_an_owner(session, account_id)
            rules = Rules.from_state(account.rules) if change.rules is None else change.rules
            check_rules(role, rules)
            if change.teams is not None:
                _put_in_teams(session, account_id, change.teams)
            narrowed = (account.role, account.rules, account.disabled_at is not None) != (
                role,
                rules.to_state(),
                disabled,
            )
            account.role, account.rules = role.value, rules.to_state()
            account.disabled_at = (account.disabled_at or self._clock.now()) if disabled else None
            if narrowed:
                session.execute(delete(Session).where(Session.account_id == account_id))
            teams = _teams_of(session, [account_id]).get(account_id, ())
        return _person(account, teams, None)

    def take_second_factor(self, name: str) -> None:
        """For somebody who lost it, from the command line; their sessions end."""
        with self._database.write() as session:
            account = session.scalar(select(Account).where(Account.name == name.strip().lower()))
            if account is None:
                raise NotFound(
                    f"there is no account {name!r}; `castanea people list` shows them", code="access.account_gone"
                )
            account.totp_sealed, account.recovery = None, []
            session.execute(delete(Session).where(Session.account_id == account.id))

    # Teams

    def teams(self) -> list[TeamInfo]:
        with self._database.read() as session:
            teams = session.scalars(select(Team).order_by(Team.name)).all()
            members = session.execute(select(Membership.team_id, Membership.account_id)).all()
        return [TeamInfo(t.id, t.name, tuple(sorted(a for team, a in members if team == t.id))) for t in teams]

    def make_team(self, name: str) -> TeamInfo:
        """Raises InputError for a bad name, Conflict when there is one of that name."""
        name = _team_name(name)
        with self._database.write() as session:
            _check_free(session, name)
            team = Team(id=uuid.uuid4().hex, name=name, created_at=self._clock.now())
            session.add(team)
        return TeamInfo(team.id, team.name, ())

    def rename_team(self, team_id: str, name: str) -> None:
        name = _team_name(name)
        with self._database.write() as session:
            team = _team(session, team_id)
            if team.name != name:
                _check_free(session, name)
            team.name = name

    def remove_team(self, team_id: str) -> None:
        """Its people stay; what was shown to the team alone is shown to it no longer."""
        with self._database.write() as session:
            session.delete(_team(session, team_id))
            session.execute(delete(BoardShare).where(BoardShare.subject == f"team:{team_id}"))

    # Boards shown to some

    def shares(self, board: str) -> list[str]:
        """To whom a board is shown (`team:<id>`, `account:<id>`); empty = to all."""
        with self._database.read() as session:
            return list(
                session.scalars(
                    select(BoardShare.subject).where(BoardShare.board == board).order_by(BoardShare.subject)
                )
            )

    def share(self, board: str, subjects: Iterable[str]) -> None:
        """Show a board to these alone, and to who sees all; to nobody in particular = to all. Raises NotFound for unknown ones."""
        wanted = sorted(set(subjects))
        with self._database.write() as session:
            for subject in wanted:
                kind, _, number = subject.partition(":")
                if kind not in ("team", "account") or session.get(Team if kind == "team" else Account, number) is None:
                    raise NotFound(
                        f"{subject!r} is no team and no account",
                        code="access.no_such_subject",
                        values={"subject": subject},
                    )
            session.execute(delete(BoardShare).where(BoardShare.board == board))
            session.add_all([BoardShare(board=board, subject=subject) for subject in wanted])


def barred_boards(session: DatabaseSession, account: Account) -> frozenset[str]:
    """The boards that are shown to others alone."""
    if Role(account.role) in SEE_ALL:
        return frozenset()
    teams = session.scalars(select(Membership.team_id).where(Membership.account_id == account.id))
    mine = [f"account:{account.id}", *(f"team:{team}" for team in teams)]
    shown = select(BoardShare.board).where(BoardShare.subject.in_(mine))
    return frozenset(session.scalars(select(BoardShare.board).where(BoardShare.board.not_in(shown)).distinct()))


def check_rules(role: Role, rules: Rules) -> None:
    """Raises InputError where rules would bind who makes them."""
    if role in SEE_ALL and not rules.empty:
        raise InputError(
            f"a {role.value} sees everything; take editor, member or viewer for somebody who may not",
            code="access.rules_for_all",
            values={"role": role.value},
        )


def put_in_teams(session: DatabaseSession, account_id: str, teams: Iterable[str]) -> None:
    """The teams that still are."""
    known = session.scalars(select(Team.id).where(Team.id.in_(list(teams)))).all()
    session.add_all([Membership(team_id=team, account_id=account_id) for team in known])


def _put_in_teams(session: DatabaseSession, account_id: str, teams: Iterable[str]) -> None:
    for team in teams:
        _team(session, team)
    session.execute(delete(Membership).where(Membership.account_id == account_id))
    put_in_teams(session, account_id, teams)


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


def _teams_of(session: DatabaseSession, accounts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    rows = session.execute(
        select(Membership.account_id, Membership.team_id)
        .where(Membership.account_id.in_(list(accounts)))
        .order_by(Membership.team_id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for account, team in rows:
        found[account] = (*found.get(account, ()), team)
    return found


def _team(session: DatabaseSession, team_id: str) -> Team:
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("there is no such team; load the list again", code="access.no_such_team")
    return team


def _check_free(session: DatabaseSession, name: str) -> None:
    if session.scalar(select(Team.id).where(Team.name == name)):
        raise Conflict(
            f"there is a team {name!r} already; take another name", code="access.team_taken", values={"name": name}
        )


def _team_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"a team's name has 1 to {LONGEST_NAME} characters",
            code="access.bad_team",
            values={"longest": LONGEST_NAME},
        )
    return name


def _person(account: Account, teams: tuple[str, ...], seen_at: datetime | None) -> Person:
    rules = Rules.from_state(account.rules)
    factor = account.totp_sealed is not None
    return Person(
        account.id,
        account.name,
        Role(account.role),
        rules,
        teams,
        factor,
        account.created_at,
        seen_at,
        account.disabled_at,
    )
