"""Teams: who is in them is changed with the people; here their names and what they may see."""

from __future__ import annotations

from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.people_models import TeamChange, TeamModel
from castanea.api.routers.people import end_streams_of_ended

router = APIRouter(prefix="/api/v1/teams", route_class=GuardedRoute, tags=["people"])


@router.get("", operation_id="teams")
@needs(Permission.PEOPLE_READ)
async def teams(request: Request) -> list[TeamModel]:
    """All teams with their people. Rules are shown to those who manage people."""
    whole = principal_of(request).may(Permission.PEOPLE_MANAGE)
    return [TeamModel.of(team, whole=whole) for team in await blocking(services_of(request).teams.all)]


@router.post("", operation_id="makeTeam", status_code=201)
@needs(Permission.PEOPLE_MANAGE)
async def make_team(request: Request, body: TeamChange) -> TeamModel:
    """Make a team."""
    return TeamModel.of(await blocking(services_of(request).teams.make, body.name, body.kept()), whole=True)


@router.put("/{team_id}", operation_id="changeTeam")
@needs(Permission.PEOPLE_MANAGE)
async def change_team(request: Request, team_id: str, body: TeamChange) -> TeamModel:
    """Give a team another name or other rules. Other rules end the sessions of its people, streams too."""
    team = await blocking(services_of(request).teams.change, team_id, body.name, body.kept())
    await end_streams_of_ended(request, *team.members)
    return TeamModel.of(team, whole=True)


@router.delete("/{team_id}", operation_id="removeTeam", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def remove_team(request: Request, team_id: str) -> None:
    """Remove a team; its people stay."""
    team = await blocking(services_of(request).teams.remove, team_id)
    await end_streams_of_ended(request, *team.members)
