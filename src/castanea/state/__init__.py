"""Application state: people, sessions, links, keys, preferences. SQLAlchemy models and their migrations."""

from castanea.state.database import Database
from castanea.state.models import (
    Account,
    Base,
    BoardShare,
    Identity,
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
    "Identity",
    "Invitation",
    "Membership",
    "Session",
    "SignInFailure",
    "Team",
    "WallLink",
    "WriteKey",
]
