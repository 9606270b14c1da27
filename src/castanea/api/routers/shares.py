"""To whom a board is shown."""

from __future__ import annotations

from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.people_models import SharesModel
from castanea.api.routers.boards import check_shown

router = APIRouter(prefix="/api/v1/boards", route_class=GuardedRoute, tags=["boards"])


@router.get("/{board}/shares", operation_id="boardShares")
@needs(Permission.BOARDS_SHARE)
async def board_shares(request: Request, board: str) -> SharesModel:
    """To whom a board is shown; nobody in particular = to all."""
    check_shown(principal_of(request), board)
    return SharesModel(subjects=await blocking(services_of(request).shares.of, board))


@router.put("/{board}/shares", operation_id="shareBoard")
@needs(Permission.BOARDS_SHARE)
async def share_board(request: Request, board: str, body: SharesModel) -> SharesModel:
    """Show a board to some teams and people alone. Those who manage people see it always."""
    check_shown(principal_of(request), board)
    services = services_of(request)
    kept = await blocking(services.shares.set, board, body.subjects)
    services.sessions.forget()
    request.app.state.hub.close_barred(board)
    return SharesModel(subjects=kept)
