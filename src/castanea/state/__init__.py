"""Application state: accounts, sessions, write keys, preferences. SQLAlchemy models and their migrations."""

from castanea.state.database import Database
from castanea.state.models import Account, Base, Session, SignInFailure, WriteKey

__all__ = ["Account", "Base", "Database", "Session", "SignInFailure", "WriteKey"]
