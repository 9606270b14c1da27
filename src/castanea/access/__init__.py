"""Who may do what: people, sign-in, sessions, links, write keys, permissions, rules."""

from castanea.access.accounts import Accounts, OneTimePassphrase, Profile
from castanea.access.admission import Admission
from castanea.access.errors import (
    CodeNeeded,
    Forbidden,
    SignInFailed,
    TooManyAttempts,
    Unauthenticated,
    WrongPassphrase,
)
from castanea.access.invitations import InvitationInfo, Invitations
from castanea.access.keyring import Keyring
from castanea.access.links import Made
from castanea.access.people import Change, People, Person
from castanea.access.permissions import ANONYMOUS, Permission, Principal, Role
from castanea.access.preferences import Preferences
from castanea.access.provider import Provider, ProviderProblem
from castanea.access.rules import Rules, Sight
from castanea.access.sessions import OpenedSession, SessionInfo, Sessions
from castanea.access.shares import Shares
from castanea.access.teams import TeamInfo, Teams
from castanea.access.walls import WallInfo, Walls
from castanea.access.write_keys import CreatedKey, WriteKeyInfo, WriteKeys

__all__ = [
    "ANONYMOUS",
    "Accounts",
    "Admission",
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
    "Provider",
    "ProviderProblem",
    "Role",
    "Rules",
    "SessionInfo",
    "Sessions",
    "Shares",
    "Sight",
    "SignInFailed",
    "TeamInfo",
    "Teams",
    "TooManyAttempts",
    "Unauthenticated",
    "WallInfo",
    "Walls",
    "WriteKeyInfo",
    "WriteKeys",
    "WrongPassphrase",
]
