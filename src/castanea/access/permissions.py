"""Permissions, roles, and the one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from castanea.contracts.query import Rights

NO_RIGHTS = Rights(key="none")


class Permission(StrEnum):
    """What a route or a stream needs. `PUBLIC` is a declaration too: anybody, also without a session."""

    PUBLIC = "public"
    SELF = "self"  # one's own session, profile and preferences
    BOARDS_READ = "boards:read"
    NUMBERS_ASK = "numbers:ask"
    CATALOG_READ = "catalog:read"
    STATUS_READ = "status:read"
    IMPORTS_READ = "imports:read"
    QUARANTINE_READ = "quarantine:read"
    KEYS_MANAGE = "keys:manage"
    METRICS_READ = "metrics:read"  # the server's own measurements; also open to programs on the same machine
    EVENTS_WRITE = "events:write"  # write keys only: a browser's session never sends events


class Role(StrEnum):
    """What an account is. More roles come with invitations; a role is nothing but its permissions."""

    OWNER = "owner"


_OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission) - {Permission.EVENTS_WRITE},
}
OF_WRITE_KEY = frozenset({Permission.PUBLIC, Permission.EVENTS_WRITE})


def permissions_of(role: Role) -> frozenset[Permission]:
    """All that a role may do."""
    return _OF_ROLE[role]


@dataclass(frozen=True)
class Principal:
    """The one who asks. `kind`: anonymous, account or write_key; `id` and `name` are of the account or the key."""

    kind: str
    id: str = ""
    name: str = ""
    role: Role | None = None
    session_id: str = ""
    language: str = ""
    permissions: frozenset[Permission] = frozenset({Permission.PUBLIC})
    rights: Rights = NO_RIGHTS

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


ANONYMOUS = Principal("anonymous")
