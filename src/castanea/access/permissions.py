"""Permissions, roles, and the one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from castanea.contracts.query import Rights

NO_RIGHTS = Rights(key="none")
EVERYTHING = Rights()


class Permission(StrEnum):
    """What a route or a stream needs. `PUBLIC` is a declaration too: anybody, also without a session."""

    PUBLIC = "public"
    SELF = "self"  # one's own session, profile and preferences
    BOARDS_READ = "boards:read"
    BOARDS_EDIT = "boards:edit"
    BOARDS_SHARE = "boards:share"
    KANBAN_EDIT = "kanban:edit"  # cards, their moves and comments; boards and lists need boards:edit
    ALERTS_READ = "alerts:read"
    ALERTS_ACT = "alerts:act"  # acknowledge, assign, snooze, comment; rules need alerts:edit
    ALERTS_EDIT = "alerts:edit"
    DECISIONS_READ = "decisions:read"
    DECISIONS_EDIT = "decisions:edit"  # ask, add options, agree or object
    DECISIONS_DECIDE = "decisions:decide"
    DECISIONS_APPROVE = "decisions:approve"
    TARGETS_READ = "targets:read"
    TARGETS_EDIT = "targets:edit"
    NUMBERS_ASK = "numbers:ask"
    BUYERS_READ = "buyers:read"  # buyers in groups: segments, cohorts; never single ones
    CATALOG_READ = "catalog:read"
    STATUS_READ = "status:read"
    IMPORTS_READ = "imports:read"
    QUARANTINE_READ = "quarantine:read"
    QUARANTINE_MEND = "quarantine:mend"  # shows the cells of rows that wait, also those of persons
    DATA_WRITE = "data:write"  # input grids: costs, prices, purchase orders
    PEOPLE_READ = "people:read"  # names, roles and teams of the others
    PEOPLE_MANAGE = "people:manage"
    WALLS_MANAGE = "walls:manage"
    KEYS_MANAGE = "keys:manage"
    METRICS_READ = "metrics:read"  # the server's own measurements; also open to programs on the same machine
    EVENTS_WRITE = "events:write"  # write keys only: a browser's session never sends events


class Role(StrEnum):
    """What an account is: nothing but its permissions, each role with those of the next and more."""

    OWNER = "owner"
    MANAGER = "manager"
    EDITOR = "editor"
    MEMBER = "member"
    VIEWER = "viewer"


_OF_WALL = frozenset({Permission.PUBLIC, Permission.BOARDS_READ, Permission.CATALOG_READ, Permission.STATUS_READ})
_OF_VIEWER = _OF_WALL | {Permission.SELF, Permission.TARGETS_READ, Permission.ALERTS_READ, Permission.DECISIONS_READ}
_OF_MEMBER = _OF_VIEWER | {
    Permission.NUMBERS_ASK,
    Permission.PEOPLE_READ,
    Permission.KANBAN_EDIT,
    Permission.ALERTS_ACT,
    Permission.DECISIONS_EDIT,
}
_OF_EDITOR = _OF_MEMBER | {
    Permission.BUYERS_READ,
    Permission.IMPORTS_READ,
    Permission.QUARANTINE_READ,
    Permission.DATA_WRITE,
    Permission.BOARDS_EDIT,
    Permission.BOARDS_SHARE,
    Permission.TARGETS_EDIT,
    Permission.ALERTS_EDIT,
    Permission.DECISIONS_DECIDE,
}
_OF_MANAGER = _OF_EDITOR | {
    Permission.PEOPLE_MANAGE,
    Permission.WALLS_MANAGE,
    Permission.KEYS_MANAGE,
    Permission.QUARANTINE_MEND,
    Permission.DECISIONS_APPROVE,
}
_OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission) - {Permission.EVENTS_WRITE},
    Role.MANAGER: _OF_MANAGER,
    Role.EDITOR: _OF_EDITOR,
    Role.MEMBER: _OF_MEMBER,
    Role.VIEWER: _OF_VIEWER,
}
OF_WRITE_KEY = frozenset({Permission.PUBLIC, Permission.EVENTS_WRITE})
OF_WALL = _OF_WALL | {Permission.SELF}  # its own session: to be looked at, and to be ended
# What shows or takes whole tables and files, which no rule of shop, category or figure can bound: not for those who see parts only.
WHOLE = frozenset({Permission.IMPORTS_READ, Permission.QUARANTINE_READ, Permission.DATA_WRITE})
SEE_ALL = frozenset({Role.OWNER, Role.MANAGER})  # rules do not bind who makes them


def permissions_of(role: Role, rights: Rights = EVERYTHING) -> frozenset[Permission]:
    """All that a role may do; less where rules leave parts only."""
    return _OF_ROLE[role] if rights == EVERYTHING else _OF_ROLE[role] - WHOLE


def may_manage(manager: Role, other: Role) -> bool:
    """Whether one role may invite, change and remove accounts of another: the owner all, others those below them."""
    order = list(Role)
    return manager is Role.OWNER or order.index(manager) < order.index(other)


@dataclass(frozen=True)
class Principal:
    """The one who asks. `kind`: anonymous, account, wall or write_key; `id` and `name` are of the account, the link or the key.

    `boards`: the only boards shown (None = all but those in `barred`)."""

    kind: str
    id: str = ""
    name: str = ""
    role: Role | None = None
    session_id: str = ""
    language: str = ""
    permissions: frozenset[Permission] = frozenset({Permission.PUBLIC})
    rights: Rights = NO_RIGHTS
    boards: frozenset[str] | None = None
    barred: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees(self, board: str) -> bool:
        """Whether a board is shown to them."""
        return board not in self.barred and (self.boards is None or board in self.boards)


ANONYMOUS = Principal("anonymous")
