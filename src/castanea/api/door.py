"""The outermost layer of the server: what holds for every request, whatever answers it.

Known hosts only, security headers, a request number, one log line and one measurement a request, and no stack trace to the outside.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from castanea.api import problems
from castanea.api.measurements import Measurements
from castanea.kit.clock import monotonic

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# Reading is the rule, and sources send all day: their lines would hide the others.
UNTOLD = frozenset({"/api/v1/events", "/api/v1/query", "/api/v1/views"})
_log = structlog.get_logger("castanea.api")


class Door:
    """ASGI: wraps the application."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], measurements: Measurements) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._measurements = measurements
        self._seen: set[str] = set()  # Host headers that were found right

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["castanea.request_id"] = number = secrets.token_hex(8)
        scope["castanea.send"] = send
        begun = monotonic()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dressed(message["headers"], number)
            await send(message)

        try:
            host = _host(scope)
            if host in self._seen or self.knows(host):
                await self._app(scope, receive, dressed)
            else:
                refused = problems.problem(Request(scope), 421, "request.host", values={"host": host[:200]})
                await refused(scope, receive, dressed)
        except Exception:  # noqa: BLE001 (the outermost layer: logged with its traceback, told as a number)
            _log.exception("request broke", request=number, route=scope.get("castanea.route", ""))
            if not status:
                await _broken(scope)(scope, receive, dressed)
        finally:
            self._measure(scope, status, monotonic() - begun)

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server: localhost, any IP address, or a configured name, on any port."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        known = name == "localhost" or name.endswith(".localhost") or name in self._hosts or _is_address(name)
        if known and len(self._seen) < 100:
            self._seen.add(host)
        return known

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("castanea.route", "")
        principal = scope.get("castanea.principal")
        if route != "/api/v1/stream":  # lasts as long as the page is open
            self._measurements.request(scope["method"], route or "other", status, seconds)
        told = status >= 400 or (scope["method"] not in ("GET", "HEAD") and route not in UNTOLD)
        tell = _log.error if status == 500 or not status else _log.info if told and route != "/readyz" else _log.debug
        tell(
            "request",
            request=scope["castanea.request_id"],
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            who=f"{principal.kind}:{principal.id}" if principal and principal.id else "",
        )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _host(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")


def _dressed(headers: Iterable[tuple[bytes, bytes]], number: str) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = {name.lower() for name, _ in given}
    given.extend(pair for pair in HEADERS if pair[0] not in names)
    if b"cache-control" not in names:
        given.append((b"cache-control", b"no-store"))
    given.append((b"x-request-id", number.encode()))
    return given


def _broken(scope: Scope) -> Response:
    return problems.of_unknown(Request(scope))
