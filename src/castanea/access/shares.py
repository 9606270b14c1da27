"""Boards that are shown to some people and teams alone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DatabaseSession

from castanea.access.permissions import SEE_ALL, Role
from castanea.kit.errors import NotFound
from castanea.state import Account, BoardShare, Database, Membership, Team

_KINDS: dict[str, type[Team | Account]] = {"team": Team, "account": Account}


class Shares:
    """A subject is `team:<id>` or `account:<id>`. All methods block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, board: str) -> list[str]:
        """To whom a board is shown, teams that are no more too; empty = to all."""
        shown = select(BoardShare.subject).where(BoardShare.board == board).order_by(BoardShare.subject)
        with self._database.read() as session:
            return list(session.scalars(shown))

    def set(self, board: str, subjects: Iterable[str]) -> list[str]:
        """Show a board to these alone, and to who sees all; to nobody in particular = to all. Raises NotFound for unknown ones."""
        wanted = sorted(set(subjects))
        with self._database.write() as session:
            for subject in wanted:
                kind, _, number = subject.partition(":")
                if kind not in _KINDS or session.get(_KINDS[kind], number) is None:
                    raise NotFound(
                        f"{subject!r} is no team and no account",
                        code="access.no_such_subject",
                        values={"subject": subject},
                    )
            session.execute(delete(BoardShare).where(BoardShare.board == board))
            session.add_all([BoardShare(board=board, subject=subject) for subject in wanted])
        return wanted


def barred_boards(session: DatabaseSession, account: Account) -> frozenset[str]:
    """The boards that are shown to others alone."""
    if Role(account.role) in SEE_ALL:
        return frozenset()
    teams = session.scalars(select(Membership.team_id).where(Membership.account_id == account.id))
    mine = [f"account:{account.id}", *(f"team:{team}" for team in teams)]
    shown = select(BoardShare.board).where(BoardShare.subject.in_(mine))
    return frozenset(session.scalars(select(BoardShare.board).where(BoardShare.board.not_in(shown)).distinct()))
