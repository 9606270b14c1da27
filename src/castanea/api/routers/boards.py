"""Boards, views, and the stream of frames."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from castanea.access import Forbidden, Permission, Principal
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.models import OpenedViewModel
from castanea.api.schemas import body_of
from castanea.api.streaming.response import StreamResponse
from castanea.boards.checking import board_from
from castanea.contracts.board import BoardSpec, View
from castanea.kit.errors import Busy, NotFound, Unavailable

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["boards"])


@router.get("/boards", operation_id="boards", response_model=list[BoardSpec])
@needs(Permission.BOARDS_READ)
async def boards(request: Request) -> Response:
    """All boards that the reader may see, but for archived ones."""
    services, principal = services_of(request), principal_of(request)
    kept = await run_sync(services.boards.all)
    own = {board.spec.id: board for board in kept}
    shown = [own[b.id].spec if b.id in own else b for b in (await ready_boards(request)).values()]
    shown += [board.spec for board in kept if board.spec.id not in {b.id for b in shown}]
    archived = {name for name, board in own.items() if board.archived}
    told = [board for board in shown if principal.sees(board.id) and board.id not in archived]
    return Response(msgspec.json.encode(told), media_type="application/json")


async def ready_boards(request: Request) -> dict[str, BoardSpec]:
    """The boards that come with Castanea, and those in the workspace's folder, by id."""
    told = msgspec.json.decode(await services_of(request).link.boards(), type=list[BoardSpec])
    return {board.id: board for board in told}


def check_shown(principal: Principal, board: str) -> None:
    """Raises NotFound for a board that is shown to others alone, as for one that is not."""
    if not principal.sees(board):
        raise NotFound(
            f"there is no board {board!r}, or it is not shown to you", code="board.not_shown", values={"board": board}
        )


@router.post("/views", operation_id="openView", response_model=OpenedViewModel, openapi_extra=body_of(View))
@needs(Permission.BOARDS_READ)
async def open_view(request: Request) -> Response:
    """Open a board as somebody looks at it, with all its tiles. It stays open while its stream is, and half a minute longer."""
    services = services_of(request)
    view = await decode_body(request, View, services.settings.max_body)
    check_shown(principal_of(request), view.board)
    view = await _with_board(request, view)
    view_id, board, frame = await request.app.state.hub.open_view(view, principal_of(request).rights)
    body = b"".join((b'{"view":"', view_id.encode(), b'","board":', board, b',"frame":', frame, b"}"))
    return Response(body, media_type="application/json")


async def _with_board(request: Request, view: View) -> View:
    """The view of a board that people made or changed holds that board; one that is sent along is a preview, for who may ask."""
    if view.spec is None:
        kept = await run_sync(services_of(request).boards.get, view.board)
        return view if kept is None else replace(view, spec=kept.spec)
    if not principal_of(request).may(Permission.NUMBERS_ASK):
        raise Forbidden("only who may ask for numbers looks at a board that is not saved")
    return replace(view, spec=board_from(msgspec.to_builtins(replace(view.spec, id=view.board))))


@router.get("/stream", operation_id="stream", response_class=StreamResponse)
@needs(Permission.BOARDS_READ)
async def stream(
    request: Request,
    view: list[str] = Query(default_factory=list, max_length=64, description="Views to watch, as opened by openView."),
) -> StreamResponse:
    """Server-sent events: `frame` (id: view:sequence), `state`, `gone` (open the view again), `bye` (with the reason)."""
    hub = request.app.state.hub
    if hub.stopping:
        raise Unavailable("the server is stopping", code="server.stopping")
    limit = services_of(request).settings.max_streams
    if hub.viewers >= limit:
        raise Busy("too many open streams", retry_after=10, code="server.too_many_streams")
    return StreamResponse(
        hub, principal_of(request), tuple(dict.fromkeys(view)), request.headers.get("last-event-id", "")
    )
