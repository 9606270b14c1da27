"""Every route × {anonymous, session, write key}: allowed or refused as declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from castanea.access import Permission
from castanea.access.permissions import OF_WRITE_KEY, Role, permissions_of
from castanea.api.app import routes_only
from castanea.api.guard import GuardedRoute, needs
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
    owner = served.signed_in()
    key = served.services.write_keys.create("walk", "test").token
    return {
        "anonymous": served.client(**{"X-Castanea-CSRF": "x"}),
        "session": owner,
        "write key": served.client(Authorization=f"Bearer {key}"),
    }


def may(caller: str, permission: Permission) -> bool:
    if caller == "anonymous":
        return permission in (Permission.PUBLIC, LOCAL)
    allowed = permissions_of(Role.OWNER) if caller == "session" else OF_WRITE_KEY | {LOCAL}
    return permission in allowed


def status_of(client: httpx.Client, method: str, path: str) -> int:
    body = {"content": b"{}", "headers": {"Content-Type": "application/json"}} if method in ("POST", "PUT") else {}
    with client.stream(method, path.replace("{key_id}", "nothing"), **body) as answer:
        return answer.status_code


@pytest.mark.parametrize("caller", ["anonymous", "write key", "session"])
@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_a_route_lets_in_whom_it_declares_and_nobody_else(
    served: Served, callers: dict[str, httpx.Client], method: str, path: str, operation: dict, caller: str
) -> None:
    permission = Permission(operation["x-permission"])
    client = callers[caller]
    if caller == "session":
        client = served.signed_in()
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
