"""Every route × {anonymous, each role, a screen on the wall, write key}: allowed or refused as declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter

from castanea.access import Permission, Principal
from castanea.access.permissions import OF_WALL, OF_WRITE_KEY, Role, permissions_of
from castanea.api.app import routes_only
from castanea.api.guard import COOKIE, GuardedRoute, needs
from castanea.api.schemas import document
from tests.api.conftest import Served

DOCUMENT = document(routes_only())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]
# Open to programs on this machine too, which the tests are.
LOCAL = Permission.METRICS_READ


@pytest.fixture(scope="module")
def callers(served: Served) -> dict[str, httpx.Client]:
    key = served.services.write_keys.create("walk", "test").token
    return {
        "anonymous": served.client(**{"X-Castanea-CSRF": "x"}),
        "write key": served.client(Authorization=f"Bearer {key}"),
    }


def let_in(served: Served, caller: str) -> httpx.Client:
    """A session of its own, for some routes end it."""
    if caller == "owner":
        return served.signed_in()
    boss = Principal("account", "boss", "boss", Role.OWNER)
    sessions, services = served.services.sessions, served.services
    if caller == "wall":
        token = sessions.open_wall(services.walls.find(services.walls.make(boss, "Hall", "live-today").token)).token
    else:
        made = services.invitations.make(boss, Role(caller))
        token = sessions.open(services.invitations.accept(made.token, uuid4().hex, "kapo-tive-ruma").id).token
    principal = sessions.find(token)
    assert principal is not None
    client = served.client(**{"X-Castanea-CSRF": sessions.csrf(principal.session_id)})
    client.cookies.set(COOKIE, token)
    return client


def may(caller: str, permission: Permission) -> bool:
    allowed = {"anonymous": frozenset({Permission.PUBLIC}), "write key": OF_WRITE_KEY, "wall": OF_WALL}.get(caller)
    return permission in (permissions_of(Role(caller)) if allowed is None else allowed) | {LOCAL}


def status_of(client: httpx.Client, method: str, path: str) -> int:
    body = (
        {"content": b"{}", "headers": {"Content-Type": "application/json"}}
        if method in ("POST", "PUT", "PATCH")
        else {}
    )
    with client.stream(method, re.sub(r"{\w+}", "nothing", path), **body) as answer:
        return answer.status_code


@pytest.mark.parametrize("caller", ["anonymous", "write key", "wall", *Role])
@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_a_route_lets_in_whom_it_declares_and_nobody_else(
    served: Served, callers: dict[str, httpx.Client], method: str, path: str, operation: dict, caller: str
) -> None:
    permission = Permission(operation["x-permission"])
    client = callers[caller] if caller in callers else let_in(served, caller)
    status = status_of(client, method, path)
    if may(caller, permission):
        assert status not in (401, 403), status
    else:
        assert status == (401 if caller == "anonymous" or permission is Permission.EVENTS_WRITE else 403), status


def every(routes: Iterable[Any]) -> Iterator[Any]:
    """All routes, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from every(inner.routes)


def test_every_route_of_the_application_declares_its_permission(served: Served) -> None:
    routes = list(every(served.app.routes))
    assert len(routes) > len(OPERATIONS)
    assert [r for r in routes if not isinstance(r, GuardedRoute)] == []


def test_a_route_without_a_declaration_cannot_be_built() -> None:
    router = APIRouter(route_class=GuardedRoute)

    async def naked() -> None: ...

    with pytest.raises(TypeError, match="declares no permission"):
        router.get("/naked")(naked)
    router.get("/dressed")(needs(Permission.SELF)(naked))


def test_every_permission_is_needed_by_some_route() -> None:
    assert {operation["x-permission"] for _, _, operation in OPERATIONS} == {p.value for p in Permission}


def test_operations_have_ids_of_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
