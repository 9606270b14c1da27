"""Links for the wall: each lets a screen in that shows one board and nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.access.preferences import Preferences
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.letting_in import let_screen_in
from castanea.api.people_models import LinkToken, NewLink, NewWall, WallModel

router = APIRouter(prefix="/api/v1/walls", route_class=GuardedRoute, tags=["people"])


@router.get("", operation_id="walls")
@needs(Permission.WALLS_MANAGE)
async def walls(request: Request) -> list[WallModel]:
    """All links for the wall, newest first, revoked ones too."""
    return [WallModel.of(each) for each in await blocking(services_of(request).walls.list)]


@router.post("", operation_id="makeWall", status_code=201)
@needs(Permission.WALLS_MANAGE)
async def make_wall(request: Request, body: NewWall) -> NewLink:
    """Make a link that shows one board and nothing else. It is in this answer and nowhere else."""
    make, preferences = services_of(request).walls.make, Preferences(language=body.language, theme=body.theme)
    given = (principal_of(request), body.name, body.board)
    made = await blocking(make, *given, rules=body.rules.rules(), preferences=preferences)
    return NewLink(id=made.id, path=f"/wall#{made.token}")


@router.delete("/{wall_id}", operation_id="revokeWall", status_code=204)
@needs(Permission.WALLS_MANAGE)
async def revoke_wall(request: Request, wall_id: str) -> None:
    """End a link for the wall; its screens go dark."""
    services = services_of(request)
    await blocking(services.walls.revoke, wall_id)
    services.sessions.forget()
    request.app.state.hub.end_account(wall_id)


@router.post("/open", operation_id="openWall", status_code=204)
@needs(Permission.PUBLIC)
async def open_wall(request: Request, response: Response, body: LinkToken) -> None:
    """Let a screen in that holds a link for the wall."""
    gate, find = request.app.state.sign_in_gate, services_of(request).walls.find
    await let_screen_in(request, response, await gate.run(find, body.token))
