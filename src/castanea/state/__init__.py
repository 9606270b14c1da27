"""Application state: people, sessions, links, keys, preferences. SQLAlchemy models and their migrations."""

from castanea.state.database import Database
from castanea.state.models import (
    Account,
    Base,
    BoardShare,
    Invitation,
    Membership,
    Session,
    SignInFailure,
    Team,
    WallLink,
    WriteKey,
)

__all__ = [
    "Account",
    "Base",
    "BoardShare",
    "Database",
    "Invitation",
    "Membership",
    "Session",
    "SignInFailure",
    "Team",
    "WallLink",
    "WriteKey",
]
