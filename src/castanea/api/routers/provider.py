"""Signing in through a provider of identities: away to it, and back."""

from __future__ import annotations

from urllib.parse import quote

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from castanea.access import Admission, Permission, Provider, ProviderProblem
from castanea.access.provider import LASTS
from castanea.api.guard import GuardedRoute, needs, services_of
from castanea.api.letting_in import is_secure, let_in
from castanea.kit.errors import NotFound

router = APIRouter(prefix="/api/v1/provider", route_class=GuardedRoute, tags=["access"])
TICKET = "castanea_ticket"
PATH = "/api/v1/provider"
_log = structlog.get_logger("castanea.api")


@router.get("/start", operation_id="startAtProvider", status_code=303, response_class=RedirectResponse)
@needs(Permission.PUBLIC)
async def start(
    request: Request,
    next: str = Query("/", max_length=2000, description="The page of this server to come back to."),  # noqa: A002
) -> Response:
    """Send the browser to the provider of identities."""
    provider, _ = _parts(request)
    back = (provider.address or str(request.base_url).rstrip("/")) + f"{PATH}/callback"
    try:
        begun = await request.app.state.sign_in_gate.run(provider.begin, back, _own_page(next))
    except ProviderProblem as problem:
        return _failed(problem)
    response = RedirectResponse(begun.address, 303)
    response.set_cookie(
        TICKET,
        begun.ticket,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path=PATH,
    )
    return response


@router.get("/callback", operation_id="backFromProvider", status_code=303, response_class=RedirectResponse)
@needs(Permission.PUBLIC)
async def callback(
    request: Request,
    state: str = Query("", max_length=512),
    code: str = Query("", max_length=4096),
    error: str = Query("", max_length=512),
    iss: str | None = Query(None, max_length=512),
) -> Response:
    """Where the provider sends the browser back to; it is signed in, or told why not."""
    provider, admission = _parts(request)
    gate = request.app.state.sign_in_gate
    given = {"state": state, "code": code, "error": error} | ({} if iss is None else {"iss": iss})
    try:
        returned = await gate.run(provider.finish, request.cookies.get(TICKET, ""), given)
        profile = await gate.run(admission.admit, returned.identity)
    except ProviderProblem as problem:
        return _failed(problem)
    response = RedirectResponse(returned.wanted, 303)
    services_of(request).sessions.forget()
    await let_in(request, response, profile)
    response.delete_cookie(TICKET, path=PATH)
    return response


def _parts(request: Request) -> tuple[Provider, Admission]:
    services = services_of(request)
    if services.provider is None or services.admission is None:
        raise NotFound("no provider of identities is set up here", code="castanea.not_found")
    return services.provider, services.admission


def _own_page(wanted: str) -> str:
    """A page of this server; what leads elsewhere leads to the first page."""
    own = (
        wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable() and "\\" not in wanted
    )
    return wanted if own else "/"


def _failed(problem: ProviderProblem) -> Response:
    _log.info("sign-in through the provider failed", code=problem.code, why=str(problem))
    response = RedirectResponse(f"/sign-in?problem={quote(problem.code)}", 303)
    response.delete_cookie(TICKET, path=PATH)
    return response
