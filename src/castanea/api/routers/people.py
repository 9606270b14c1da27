"""People: accounts, teams, invitations, links for the wall, to whom a board is shown."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from castanea.access import Change, Permission, Role, Rules
from castanea.access.preferences import Preferences
from castanea.api.guard import COOKIE, GuardedRoute, needs, principal_of, services_of
from castanea.api.models import SessionModel
from castanea.api.people_models import (
    Accept,
    InvitationModel,
    LinkToken,
    NewInvitation,
    NewLink,
    NewWall,
    PersonChange,
    PersonModel,
    SharesModel,
    TeamModel,
    TeamName,
    WallModel,
)
from castanea.api.routers.session import session_of, set_cookie

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["people"])


@router.get("/people", operation_id="people")
@needs(Permission.PEOPLE_READ)
async def people(request: Request) -> list[PersonModel]:
    """Everybody with an account. Rules and times are shown to those who manage people."""
    found = await anyio.to_thread.run_sync(services_of(request).people.all)
    whole = principal_of(request).may(Permission.PEOPLE_MANAGE)
    return [PersonModel.of(person, whole=whole) for person in found]


@router.patch("/people/{account_id}", operation_id="changePerson")
@needs(Permission.PEOPLE_MANAGE)
async def change_person(request: Request, account_id: str, body: PersonChange) -> PersonModel:
    """Change a role, rules or teams, or put somebody out. What is taken away ends their sessions, streams too."""
    services = services_of(request)
    change = Change(
        None if body.role is None else Role(body.role),
        None if body.rules is None else body.rules.rules(),
        None if body.teams is None else tuple(body.teams),
        body.disabled,
    )
    person = await anyio.to_thread.run_sync(services.people.change, principal_of(request), account_id, change)
    services.sessions.forget()
    if (body.role, body.rules, body.disabled) != (None, None, None):
        request.app.state.hub.end_account(account_id)
    return PersonModel.of(person, whole=True)


@router.get("/teams", operation_id="teams")
@needs(Permission.PEOPLE_READ)
async def teams(request: Request) -> list[TeamModel]:
    """All teams with their people."""
    found = await anyio.to_thread.run_sync(services_of(request).people.teams)
    return [TeamModel(id=team.id, name=team.name, members=list(team.members)) for team in found]


@router.post("/teams", operation_id="makeTeam", status_code=201)
@needs(Permission.PEOPLE_MANAGE)
async def make_team(request: Request, body: TeamName) -> TeamModel:
    """Make a team."""
    team = await anyio.to_thread.run_sync(services_of(request).people.make_team, body.name)
    return TeamModel(id=team.id, name=team.name, members=[])


@router.put("/teams/{team_id}", operation_id="renameTeam", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def rename_team(request: Request, team_id: str, body: TeamName) -> None:
    """Give a team another name."""
    await anyio.to_thread.run_sync(services_of(request).people.rename_team, team_id, body.name)


@router.delete("/teams/{team_id}", operation_id="removeTeam", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def remove_team(request: Request, team_id: str) -> None:
    """Remove a team; its people stay."""
    services = services_of(request)
    await anyio.to_thread.run_sync(services.people.remove_team, team_id)
    services.sessions.forget()


@router.get("/invitations", operation_id="invitations")
@needs(Permission.PEOPLE_MANAGE)
async def invitations(request: Request) -> list[InvitationModel]:
    """All invitations, newest first."""
    found = await anyio.to_thread.run_sync(services_of(request).invitations.list)
    return [InvitationModel.of(each) for each in found]


@router.post("/invitations", operation_id="invite", status_code=201)
@needs(Permission.PEOPLE_MANAGE)
async def invite(request: Request, body: NewInvitation) -> NewLink:
    """Make an invitation. Its link is in this answer and nowhere else."""
    services, principal = services_of(request), principal_of(request)

    def make() -> NewLink:
        made = services.invitations.make(
            principal,
            Role(body.role),
            rules=body.rules.rules(),
            teams=tuple(body.teams),
            note=body.note,
            days=body.days,
        )
        return NewLink(id=made.id, path=f"/invitation#{made.token}")

    return await anyio.to_thread.run_sync(make)


@router.delete("/invitations/{invitation_id}", operation_id="revokeInvitation", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def revoke_invitation(request: Request, invitation_id: str) -> None:
    """Make an invitation worthless at once."""
    await anyio.to_thread.run_sync(services_of(request).invitations.revoke, invitation_id)


@router.post("/invitations/look", operation_id="lookAtInvitation")
@needs(Permission.PUBLIC)
async def look(request: Request, body: LinkToken) -> InvitationModel:
    """What an invitation offers to who holds its link."""
    found = await request.app.state.sign_in_gate.run(services_of(request).invitations.look, body.token)
    return InvitationModel.of(found, rules=False)


@router.post("/invitations/accept", operation_id="acceptInvitation", status_code=201)
@needs(Permission.PUBLIC)
async def accept(request: Request, response: Response, body: Accept) -> SessionModel:
    """Make the account that an invitation offers, and sign in with it."""
    services = services_of(request)
    gate = request.app.state.sign_in_gate
    profile = await gate.run(services.invitations.accept, body.token, body.name, body.passphrase)
    agent, before = request.headers.get("user-agent", ""), request.cookies.get(COOKIE, "")
    opened = await anyio.to_thread.run_sync(services.sessions.open, profile.id, agent, before)
    set_cookie(request, response, opened)
    return session_of(request, profile, opened)


@router.get("/walls", operation_id="walls")
@needs(Permission.WALLS_MANAGE)
async def walls(request: Request) -> list[WallModel]:
    """All links for the wall, newest first, revoked ones too."""
    found = await anyio.to_thread.run_sync(services_of(request).walls.list)
    return [WallModel.of(each) for each in found]


@router.post("/walls", operation_id="makeWall", status_code=201)
@needs(Permission.WALLS_MANAGE)
async def make_wall(request: Request, body: NewWall) -> NewLink:
    """Make a link that shows one board and nothing else. It is in this answer and nowhere else."""
    services, principal = services_of(request), principal_of(request)

    def make() -> NewLink:
        preferences = Preferences(language=body.language, theme=body.theme)
        rules = Rules() if body.rules is None else body.rules.rules()
        made = services.walls.make(principal, body.name, body.board, rules=rules, preferences=preferences)
        return NewLink(id=made.id, path=f"/wall#{made.token}")

    return await anyio.to_thread.run_sync(make)


@router.delete("/walls/{wall_id}", operation_id="revokeWall", status_code=204)
@needs(Permission.WALLS_MANAGE)
async def revoke_wall(request: Request, wall_id: str) -> None:
    """End a link for the wall; its screens go dark."""
    services = services_of(request)
    await anyio.to_thread.run_sync(services.walls.revoke, wall_id)
    services.sessions.forget()
    request.app.state.hub.end_account(wall_id)


@router.post("/walls/open", operation_id="openWall", status_code=204)
@needs(Permission.PUBLIC)
async def open_wall(request: Request, response: Response, body: LinkToken) -> None:
    """Let a screen in that holds a link for the wall."""
    services = services_of(request)
    wall_id = await request.app.state.sign_in_gate.run(services.walls.find, body.token)
    agent, before = request.headers.get("user-agent", ""), request.cookies.get(COOKIE, "")
    opened = await anyio.to_thread.run_sync(services.sessions.open_wall, wall_id, agent, before)
    set_cookie(request, response, opened)


@router.get("/boards/{board}/shares", operation_id="boardShares")
@needs(Permission.BOARDS_SHARE)
async def board_shares(request: Request, board: str) -> SharesModel:
    """To whom a board is shown; nobody in particular = to all."""
    return SharesModel(subjects=await anyio.to_thread.run_sync(services_of(request).people.shares, board))


@router.put("/boards/{board}/shares", operation_id="shareBoard")
@needs(Permission.BOARDS_SHARE)
async def share_board(request: Request, board: str, body: SharesModel) -> SharesModel:
    """Show a board to some teams and people alone. Those who manage people see it always."""
    services = services_of(request)
    await anyio.to_thread.run_sync(services.people.share, board, body.subjects)
    services.sessions.forget()
    request.app.state.hub.close_barred(board)
    return body
