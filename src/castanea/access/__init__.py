"""Who may do what: accounts, sign-in, sessions, write keys, permissions."""

from castanea.access.accounts import Accounts, OneTimePassphrase, Profile
from castanea.access.errors import Forbidden, SignInFailed, TooManyAttempts, Unauthenticated
from castanea.access.keyring import Keyring
from castanea.access.permissions import ANONYMOUS, Permission, Principal, Role
from castanea.access.preferences import Preferences
from castanea.access.sessions import OpenedSession, Sessions
from castanea.access.write_keys import CreatedKey, WriteKeyInfo, WriteKeys

__all__ = [
    "ANONYMOUS",
    "Accounts",
    "CreatedKey",
    "Forbidden",
    "Keyring",
    "OneTimePassphrase",
    "OpenedSession",
    "Permission",
    "Preferences",
    "Principal",
    "Profile",
    "Role",
    "Sessions",
    "SignInFailed",
    "TooManyAttempts",
    "Unauthenticated",
    "WriteKeyInfo",
    "WriteKeys",
]
