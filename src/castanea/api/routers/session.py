"""Sign-in, sign-out, one's own profile."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from castanea.access import OpenedSession, Permission, Principal, Profile
from castanea.access.permissions import permissions_of
from castanea.access.preferences import Preferences
from castanea.api.guard import COOKIE, GuardedRoute, needs, principal_of, services_of
from castanea.api.models import Me, PassphraseChange, PreferencesModel, SessionModel, SignIn, WorkspaceModel
from castanea.api.people_models import KeepFactor, NewFactorModel, Proof, SpareCodes
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
    profile = await gate.run(services.accounts.sign_in, body.name, body.passphrase, address, body.code)
    agent = request.headers.get("user-agent", "")
    opened = await anyio.to_thread.run_sync(services.sessions.open, profile.id, agent, before)
    set_cookie(request, response, opened)
    return _session(services, _me(profile), opened.id)


def set_cookie(request: Request, response: Response, opened: OpenedSession) -> None:
    """Give the browser its session."""
    services = services_of(request)
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


@router.post("/me/second-factor", operation_id="newSecondFactor")
@needs(Permission.SELF)
async def new_second_factor(request: Request) -> NewFactorModel:
    """A secret for an authenticator; nothing is kept until a code made with it comes back."""
    made = await anyio.to_thread.run_sync(services_of(request).accounts.new_factor, principal_of(request).id)
    return NewFactorModel(secret=made.secret, address=made.address)


@router.put("/me/second-factor", operation_id="keepSecondFactor")
@needs(Permission.SELF)
async def keep_second_factor(request: Request, body: KeepFactor) -> SpareCodes:
    """Ask for a code at sign-in from now on. The answer holds codes to fall back on, this once."""
    services, address = services_of(request), request.client.host if request.client else ""
    keep, account = services.accounts.keep_factor, principal_of(request).id
    gate = request.app.state.sign_in_gate
    return SpareCodes(codes=await gate.run(keep, account, body.passphrase, address, body.secret, body.code))


@router.post("/me/second-factor/off", operation_id="takeSecondFactor", status_code=204)
@needs(Permission.SELF)
async def take_second_factor(request: Request, body: Proof) -> None:
    """No code at sign-in any more."""
    services, address = services_of(request), request.client.host if request.client else ""
    take = services.accounts.take_factor
    await request.app.state.sign_in_gate.run(take, principal_of(request).id, body.passphrase, address)


async def _current(request: Request) -> SessionModel:
    services, principal = services_of(request), principal_of(request)
    if principal.kind == "wall":
        return _session(services, _screen(principal), principal.session_id)
    profile = await anyio.to_thread.run_sync(services.accounts.profile, principal.id)
    return _session(services, _me(profile), principal.session_id)


def session_of(request: Request, profile: Profile, opened: OpenedSession) -> SessionModel:
    """What a browser that was just let in needs to know."""
    return _session(services_of(request), _me(profile), opened.id)


def _session(services: Services, me: Me, session_id: str) -> SessionModel:
    settings = services.workspace.settings
    return SessionModel(
        csrf=services.sessions.csrf(session_id),
        me=me,
        workspace=WorkspaceModel(
            name=settings.name,
            currency=settings.currency,
            zone=settings.zone,
            week_start=settings.week_start,
            demo=settings.demo,
        ),
    )


def _screen(principal: Principal) -> Me:
    may = sorted(permission.value for permission in principal.permissions)
    board = next(iter(principal.boards or ()), "")
    preferences = PreferencesModel(language=principal.language)  # type: ignore[arg-type]
    return Me(id=principal.id, name=principal.name, role="wall", preferences=preferences, permissions=may, board=board)


def _me(profile: Profile) -> Me:
    may = sorted(permission.value for permission in permissions_of(profile.role))
    preferences = PreferencesModel(**profile.preferences.to_state())
    return Me(id=profile.id, name=profile.name, role=profile.role.value, preferences=preferences, permissions=may)
