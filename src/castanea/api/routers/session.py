"""Sign-in and sign-out; who is signed in here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.access.preferences import Preferences
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.letting_in import address_of, let_in, me_of, put_out, screen_of, session_model
from castanea.api.models import Me, PreferencesModel, SessionModel, SignIn, SignInWays

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["access"])


@router.get("/session/ways", operation_id="signInWays")
@needs(Permission.PUBLIC)
async def ways(request: Request) -> SignInWays:
    """How somebody may sign in here."""
    provider = services_of(request).provider
    return SignInWays(provider=provider.label if provider else "")


@router.post("/session", operation_id="signIn")
@needs(Permission.PUBLIC)
async def sign_in(request: Request, response: Response, body: SignIn) -> SessionModel:
    """Sign in. The session's token is set as a cookie that scripts cannot read; an earlier session of this browser ends."""
    enter, gate = services_of(request).accounts.sign_in, request.app.state.sign_in_gate
    return await let_in(
        request, response, await gate.run(enter, body.name, body.passphrase, address_of(request), body.code)
    )


@router.get("/session", operation_id="currentSession")
@needs(Permission.SELF)
async def current_session(request: Request) -> SessionModel:
    """Who is signed in here; 401 when nobody is."""
    services, principal = services_of(request), principal_of(request)
    if principal.kind == "wall":
        return session_model(services, screen_of(principal), principal.session_id)
    profile = await blocking(services.accounts.profile, principal.id)
    return session_model(services, me_of(profile, principal), principal.session_id)


@router.delete("/session", operation_id="signOut", status_code=204)
@needs(Permission.SELF)
async def sign_out(request: Request, response: Response) -> None:
    """End this session and its streams."""
    principal = principal_of(request)
    await blocking(services_of(request).sessions.end, principal.session_id)
    request.app.state.hub.close_streams({principal.session_id})
    put_out(response)


@router.get("/me", operation_id="me")
@needs(Permission.SELF)
async def me(request: Request) -> Me:
    """One's own profile and preferences."""
    return (await current_session(request)).me


@router.put("/me", operation_id="setPreferences")
@needs(Permission.SELF)
async def set_preferences(request: Request, body: PreferencesModel) -> Me:
    """Replace one's preferences."""
    services = services_of(request)
    chosen = Preferences(**body.model_dump())
    profile = await blocking(services.accounts.set_preferences, principal_of(request).id, chosen)
    services.sessions.forget()
    return me_of(profile, principal_of(request))
