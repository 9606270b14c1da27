"""Who may call what. Every route declares the permission it needs; a route without a declaration cannot be built.

    @router.get("/boards")
    @needs(Permission.BOARDS_READ)
    async def boards(...): ...

The check runs before the body is read. A browser is known by its session cookie, a source by its write key (Bearer or signature).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from castanea.access import ANONYMOUS, Forbidden, Permission, Principal, Unauthenticated
from castanea.access.permissions import WHOLE, permissions_of
from castanea.api.bodies import read_body
from castanea.api.services import Services

COOKIE = "castanea_session"
CSRF_HEADER = "x-castanea-csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def needs(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Declare the permission that a route needs."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.__permission__ = permission  # type: ignore[attr-defined]
        return endpoint

    return declare


class GuardedRoute(APIRoute):
    """A route that knows its permission and checks it first."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        permission = getattr(endpoint, "__permission__", None)
        if not isinstance(permission, Permission):
            raise TypeError(f"the route {path} declares no permission; write @needs(Permission.…) below its decorator")
        self.permission = permission
        extra = dict(options.pop("openapi_extra", None) or {})
        options["openapi_extra"] = {**extra, "x-permission": permission.value}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        permission = self.permission

        async def guarded(request: Request) -> Response:
            request.scope["castanea.route"] = self.path
            principal = await identify(request, permission)
            request.scope["castanea.principal"] = principal
            allow(request, principal, permission)
            return await handle(await bounded(request) if self.body_field else request)

        return guarded


async def bounded(request: Request) -> Request:
    """The same request with its body read, within the bound for small bodies. Raises TooLarge."""
    body = await read_body(request, services_of(request).settings.max_body)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, again)


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def principal_of(request: Request) -> Principal:
    """Who asks; set by the guard before any route runs."""
    principal: Principal = request.scope["castanea.principal"]
    return principal


async def identify(request: Request, permission: Permission) -> Principal:
    """Who asks, by cookie or by key; nobody is not an error here, an unknown key is."""
    services = services_of(request)
    authorization = request.headers.get("authorization", "")
    if authorization[:7].lower() == "bearer ":
        token = authorization[7:].strip()
        known = services.write_keys.remembered(token) or await anyio.to_thread.run_sync(services.write_keys.find, token)
        if known is None:
            raise Unauthenticated("this write key is unknown or was revoked", code="access.key_unknown")
        return known
    if permission is Permission.EVENTS_WRITE:
        return ANONYMOUS  # a cookie never sends events; signed requests are identified with their body
    token = request.cookies.get(COOKIE, "")
    if not token:
        return ANONYMOUS
    found = services.sessions.remembered(token) or await anyio.to_thread.run_sync(services.sessions.find, token)
    return found or ANONYMOUS


def allow(request: Request, principal: Principal, permission: Permission) -> None:
    """Raises Unauthenticated or Forbidden, unless the principal may and, for a change from a browser, it came from our own page."""
    if permission is Permission.EVENTS_WRITE and is_signed(request) and principal is ANONYMOUS:
        return  # the signature is over the body: the events route checks it after reading
    if not principal.may(permission) and not _measures_locally(request, permission):
        if permission in WHOLE and principal.role is not None and permission in permissions_of(principal.role):
            raise Forbidden(
                "this shows whole tables and files; the rules of this account allow parts only. Ask an owner or manager.",
                code="access.parts_only",
            )
        if principal is not ANONYMOUS:
            raise Forbidden(f"this needs the permission {permission.value}")
        if permission is Permission.EVENTS_WRITE:
            raise Unauthenticated("a write key is needed", code="access.key_needed")
        raise Unauthenticated("sign in first")
    if request.method not in SAFE and principal.kind != "write_key":
        check_origin(request)
        check_csrf(request, principal if permission is not Permission.PUBLIC else ANONYMOUS)


def is_signed(request: Request) -> bool:
    return "x-castanea-signature" in request.headers


def _measures_locally(request: Request, permission: Permission) -> bool:
    """Measurements are open to programs on the same machine (not to what a proxy on it passes on)."""
    client = request.client.host if request.client else ""
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return permission is Permission.METRICS_READ and client in ("127.0.0.1", "::1") and not forwarded


def check_origin(request: Request) -> None:
    """Where the browser says a request came from must be where it goes to."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    own = request.headers.get("host", "").lower()
    if origin is not None and urlsplit(origin).netloc.lower() != own:
        raise Forbidden("the request came from another origin", code="access.origin", values={"origin": origin[:200]})
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("the request came from another site", code="access.origin", values={"origin": site})


def check_csrf(request: Request, principal: Principal) -> None:
    """A header that another site cannot set: of the session's own value, once there is a session."""
    given = request.headers.get(CSRF_HEADER, "")
    expected = services_of(request).sessions.csrf(principal.session_id) if principal.session_id else ""
    if not given or (expected and not _equal(given, expected)):
        raise Forbidden("the request lacks this session's X-Castanea-CSRF value", code="access.csrf")


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
