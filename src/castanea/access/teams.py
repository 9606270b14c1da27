"""Teams: people who work together, and what they may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DatabaseSession

from castanea.access.rules import Rules
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database, Membership, Session, Team

LONGEST_NAME = 64


@dataclass(frozen=True)
class TeamInfo:
    """`rules` hold for all members, beside each one's own; `members` are numbers of accounts."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)


class Teams:
    """All methods block."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self) -> list[TeamInfo]:
        """By name."""
        with self._database.read() as session:
            return [_info(session, team) for team in session.scalars(select(Team).order_by(Team.name))]

    def make(self, name: str, rules: Rules | None = None) -> TeamInfo:
        """Raises InputError for a bad name, Conflict when there is one of that name."""
        name = _clean(name)
        kept = (rules or Rules()).to_state()
        with self._database.write() as session:
            _check_free(session, name)
            team = Team(id=uuid.uuid4().hex, name=name, created_at=self._clock.now(), rules=kept)
            session.add(team)
            return _info(session, team)

    def change(self, team_id: str, name: str, rules: Rules | None = None) -> TeamInfo:
        """Another name, and other rules unless they are None; the sessions of its people end where the rules change. Raises as `make`,
        NotFound."""
        name = _clean(name)
        with self._database.write() as session:
            team = found(session, team_id)
            if team.name != name:
                _check_free(session, name)
            team.name = name
            if rules is not None and rules.to_state() != team.rules:
                team.rules = rules.to_state()
                _end_sessions(session, team_id)
            return _info(session, team)

    def remove(self, team_id: str) -> TeamInfo:
        """Its people stay, their sessions end. A board that was shown to the team alone stays hidden from all but who sees all: its share
        names nobody any more, and is not taken away."""
        with self._database.write() as session:
            team = found(session, team_id)
            told = _info(session, team)
            _end_sessions(session, team_id)
            session.delete(team)
            return told


def found(session: DatabaseSession, team_id: str) -> Team:
    """Raises NotFound."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("there is no such team; load the list again", code="access.no_such_team")
    return team


def put_in_teams(session: DatabaseSession, account_id: str, teams: Iterable[str]) -> None:
    """Into those of the teams that still are."""
    known = session.scalars(select(Team.id).where(Team.id.in_(list(teams)))).all()
    session.add_all([Membership(team_id=team, account_id=account_id) for team in known])


def teams_of(session: DatabaseSession, accounts: Iterable[str]) -> Mapping[str, dict[str, Rules]]:
    """By account, its teams with their rules."""
    rows = session.execute(
        select(Membership.account_id, Team.id, Team.rules)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.account_id.in_(list(accounts)))
        .order_by(Team.id)
    )
    teams: dict[str, dict[str, Rules]] = {}
    for account, team, rules in rows:
        teams.setdefault(account, {})[team] = Rules.from_state(rules)
    return teams


def _info(session: DatabaseSession, team: Team) -> TeamInfo:
    members = session.scalars(
        select(Membership.account_id).where(Membership.team_id == team.id).order_by(Membership.account_id)
    )
    return TeamInfo(team.id, team.name, tuple(members), Rules.from_state(team.rules))


def _end_sessions(session: DatabaseSession, team_id: str) -> None:
    members = select(Membership.account_id).where(Membership.team_id == team_id)
    session.execute(delete(Session).where(Session.account_id.in_(members)))


def _check_free(session: DatabaseSession, name: str) -> None:
    if session.scalar(select(Team.id).where(Team.name == name)):
        raise Conflict(
            f"there is a team {name!r} already; take another name", code="access.team_taken", values={"name": name}
        )


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"a team's name has 1 to {LONGEST_NAME} characters",
            code="access.bad_team",
            values={"longest": LONGEST_NAME},
        )
    return name
