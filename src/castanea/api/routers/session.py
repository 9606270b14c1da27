"""Sign-in, sign-out, one's own profile."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from castanea.access import Permission, Profile
from castanea.access.permissions import permissions_of
from castanea.access.preferences import Preferences
from castanea.api.guard import COOKIE, GuardedRoute, needs, principal_of, services_of
from castanea.api.models import Me, PassphraseChange, PreferencesModel, SessionModel, SignIn, WorkspaceModel
from castanea.api.services import Services

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["access"])


@router.post("/session", operation_id="signIn")
@needs(Permission.PUBLIC)
async def sign_in(request: Request, response: Response, body: SignIn) -> SessionModel:
    """Sign in. The session's token is set as a cookie that scripts cannot read; an earlier session of this browser ends."""
    services = services_of(request)
    address = request.client.host if request.client else ""
    before = request.cookies.get(COOKIE, "")
    gate = request.app.state.sign_in_gate
    profile = await gate.run(services.accounts.sign_in, body.name, body.passphrase, address)
    agent = request.headers.get("user-agent", "")
    opened = await anyio.to_thread.run_sync(services.sessions.open, profile.id, agent, before)
    secure = services.settings.secure_cookies
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int((opened.expires_at - services.clock.now()).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" if secure is None else secure,
        path="/",
    )
    return _session(services, profile, opened.id)


@router.get("/session", operation_id="currentSession")
@needs(Permission.SELF)
async def current_session(request: Request) -> SessionModel:
    """Who is signed in here; 401 when nobody is."""
    return await _current(request)


@router.delete("/session", operation_id="signOut", status_code=204)
@needs(Permission.SELF)
async def sign_out(request: Request, response: Response) -> None:
    """End this session and its streams."""
    principal = principal_of(request)
    await anyio.to_thread.run_sync(services_of(request).sessions.end, principal.session_id)
    request.app.state.hub.close_streams({principal.session_id})
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


@router.delete("/sessions", operation_id="signOutEverywhere", status_code=204)
@needs(Permission.SELF)
async def sign_out_everywhere(request: Request, response: Response) -> None:
    """End all sessions of this account, on every device, and their streams."""
    services, principal = services_of(request), principal_of(request)
    await anyio.to_thread.run_sync(services.sessions.end_all, principal.id)
    request.app.state.hub.end_account(principal.id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


@router.get("/me", operation_id="me")
@needs(Permission.SELF)
async def me(request: Request) -> Me:
    """One's own profile and preferences."""
    return (await _current(request)).me


@router.put("/me", operation_id="setPreferences")
@needs(Permission.SELF)
async def set_preferences(request: Request, body: PreferencesModel) -> Me:
    """Replace one's preferences."""
    services = services_of(request)
    chosen = Preferences(**body.model_dump())
    profile = await anyio.to_thread.run_sync(services.accounts.set_preferences, principal_of(request).id, chosen)
    services.sessions.forget()
    return _me(profile)


@router.put("/me/passphrase", operation_id="changePassphrase", status_code=204)
@needs(Permission.SELF)
async def change_passphrase(request: Request, response: Response, body: PassphraseChange) -> None:
    """Change one's passphrase. All sessions of the account end, this one too: sign in again."""
    services, principal = services_of(request), principal_of(request)
    address = request.client.host if request.client else ""
    change = services.accounts.change_passphrase
    await request.app.state.sign_in_gate.run(change, principal.id, body.current, body.new, address)
    services.sessions.forget()
    request.app.state.hub.end_account(principal.id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


async def _current(request: Request) -> SessionModel:
    services, principal = services_of(request), principal_of(request)
    profile = await anyio.to_thread.run_sync(services.accounts.profile, principal.id)
    return _session(services, profile, principal.session_id)


def _session(services: Services, profile: Profile, session_id: str) -> SessionModel:
    settings = services.workspace.settings
    return SessionModel(
        csrf=services.sessions.csrf(session_id),
        me=_me(profile),
        workspace=WorkspaceModel(
            name=settings.name,
            currency=settings.currency,
            zone=settings.zone,
            week_start=settings.week_start,
            demo=settings.demo,
        ),
    )


def _me(profile: Profile) -> Me:
    may = sorted(permission.value for permission in permissions_of(profile.role))
    preferences = PreferencesModel(**profile.preferences.to_state())
    return Me(id=profile.id, name=profile.name, role=profile.role.value, preferences=preferences, permissions=may)
