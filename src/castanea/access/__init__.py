"""Who may do what: people, sign-in, sessions, links, write keys, permissions, rules."""

from castanea.access.accounts import Accounts, OneTimePassphrase, Profile
from castanea.access.errors import CodeNeeded, Forbidden, SignInFailed, TooManyAttempts, Unauthenticated
from castanea.access.keyring import Keyring
from castanea.access.links import InvitationInfo, Invitations, Made, WallInfo, Walls
from castanea.access.people import Change, People, Person, TeamInfo
from castanea.access.permissions import ANONYMOUS, Permission, Principal, Role
from castanea.access.preferences import Preferences
from castanea.access.rules import Rules
from castanea.access.sessions import OpenedSession, Sessions
from castanea.access.write_keys import CreatedKey, WriteKeyInfo, WriteKeys

__all__ = [
    "ANONYMOUS",
    "Accounts",
    "Change",
    "CodeNeeded",
    "CreatedKey",
    "Forbidden",
    "InvitationInfo",
    "Invitations",
    "Keyring",
    "Made",
    "OneTimePassphrase",
    "OpenedSession",
    "People",
    "Permission",
    "Person",
    "Preferences",
    "Principal",
    "Profile",
    "Role",
    "Rules",
    "Sessions",
    "SignInFailed",
    "TeamInfo",
    "TooManyAttempts",
    "Unauthenticated",
    "WallInfo",
    "Walls",
    "WriteKeyInfo",
    "WriteKeys",
]
