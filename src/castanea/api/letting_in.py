"""Letting a browser in: its session goes into a cookie, and what it needs to know into the answer."""

from __future__ import annotations

from fastapi import Request, Response

from castanea.access import ANONYMOUS, OpenedSession, Principal, Profile
from castanea.api.blocking import blocking
from castanea.api.guard import COOKIE, services_of
from castanea.api.models import Me, PreferencesModel, SessionModel, WorkspaceModel
from castanea.api.services import Services


async def let_in(request: Request, response: Response, profile: Profile) -> SessionModel:
    """A new session for an account; an earlier one of this browser ends."""
    services = services_of(request)
    opened = await blocking(services.sessions.open, profile.id, *_browser(request))
    set_cookie(request, response, opened)
    principal = await blocking(services.sessions.find, opened.token) or ANONYMOUS
    return session_model(services, me_of(profile, principal), opened.id)


async def let_screen_in(request: Request, response: Response, wall_id: str) -> None:
    """A new session for a screen on the wall."""
    set_cookie(request, response, await blocking(services_of(request).sessions.open_wall, wall_id, *_browser(request)))


def put_out(response: Response) -> None:
    """The browser forgets its session, which has ended."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def is_secure(request: Request) -> bool:
    """Whether cookies are for https alone."""
    told = services_of(request).settings.secure_cookies
    return request.url.scheme == "https" if told is None else told


def set_cookie(request: Request, response: Response, opened: OpenedSession) -> None:
    """Give the browser its session."""
    lasts = opened.expires_at - services_of(request).clock.now()
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )


def session_model(services: Services, me: Me, session_id: str) -> SessionModel:
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


def me_of(profile: Profile, principal: Principal) -> Me:
    return Me(
        id=profile.id,
        name=profile.name,
        role=profile.role.value,
        preferences=PreferencesModel(**profile.preferences.to_state()),
        permissions=_said(principal),
        second_factor=profile.codes_left is not None,
        codes_left=profile.codes_left or 0,
        passphrase=profile.passphrase,
    )


def screen_of(principal: Principal) -> Me:
    """A screen on the wall."""
    return Me(
        id=principal.id,
        name=principal.name,
        role="wall",
        preferences=PreferencesModel(language=principal.language),  # type: ignore[arg-type]
        permissions=_said(principal),
        board=next(iter(principal.boards or ()), ""),
    )


def _said(principal: Principal) -> list[str]:
    return sorted(permission.value for permission in principal.permissions)


def address_of(request: Request) -> str:
    """Where it came from, for counting failures."""
    return request.client.host if request.client else ""


def _browser(request: Request) -> tuple[str, str]:
    return request.headers.get("user-agent", ""), request.cookies.get(COOKIE, "")
