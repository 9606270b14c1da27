"""The people of the workspace: their roles, rules, sessions."""

from __future__ import annotations

from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.people_models import PersonChange, PersonModel

router = APIRouter(prefix="/api/v1/people", route_class=GuardedRoute, tags=["people"])


@router.get("", operation_id="people")
@needs(Permission.PEOPLE_READ)
async def people(request: Request) -> list[PersonModel]:
    """Everybody with an account. Rules and times are shown to those who manage people."""
    whole = principal_of(request).may(Permission.PEOPLE_MANAGE)
    return [PersonModel.of(each, whole=whole) for each in await blocking(services_of(request).people.all)]


@router.patch("/{account_id}", operation_id="changePerson")
@needs(Permission.PEOPLE_MANAGE)
async def change_person(request: Request, account_id: str, body: PersonChange) -> PersonModel:
    """Change a role, rules or teams, or put somebody out. Where that changes what they may or see, their sessions end, streams too."""
    change = services_of(request).people.change
    person = await blocking(change, principal_of(request), account_id, body.change())
    await end_streams_of_ended(request, account_id)
    return PersonModel.of(person, whole=True)


@router.delete("/{account_id}/sessions", operation_id="endSessions", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def end_sessions(request: Request, account_id: str) -> None:
    """Sign somebody out on every device; their streams end."""
    await blocking(services_of(request).people.end_sessions, principal_of(request), account_id)
    await end_streams_of_ended(request, account_id)


async def end_streams_of_ended(request: Request, *accounts: str) -> None:
    """Forget what is remembered of these accounts, and end the streams of those of their sessions that ended."""
    sessions, hub = services_of(request).sessions, request.app.state.hub
    sessions.forget()
    held = hub.sessions_of(frozenset(accounts))
    hub.close_streams(held - await blocking(sessions.living, held))
