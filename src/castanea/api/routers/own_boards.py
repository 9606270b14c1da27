"""Boards that people make and change: saving with every version kept, folders, archive, favourites, YAML, who else edits."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request, Response

from castanea.access import Permission
from castanea.api.board_models import (
    BoardFavourite,
    BoardPlace,
    BoardRestore,
    BoardVersionModel,
    ChangedBoard,
    EditorsModel,
    KeptBoardAnswer,
    NewBoard,
    ShelfBoard,
)
from castanea.api.bodies import decode_body, read_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.routers.boards import check_shown, ready_boards
from castanea.api.schemas import body_of
from castanea.boards import read_board, write_board
from castanea.contracts.board import BoardSpec
from castanea.kit.errors import Conflict, InputError, NotFound

MOST = 2**53  # of a number in an address: what JSON can say exactly
router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["boards"])
YAML = "application/yaml"


@router.get("/shelf", operation_id="shelf")
@needs(Permission.BOARDS_READ)
async def shelf(request: Request) -> list[ShelfBoard]:
    """All boards that the reader may see, with their folder, archived ones too."""
    services, principal = services_of(request), principal_of(request)
    ready = await ready_boards(request)
    kept = await run_sync(services.boards.all)
    mine = set(await run_sync(services.boards.favourites, principal.id))
    names = await _names(request)
    own = {board.spec.id for board in kept}
    shown = [
        ShelfBoard(
            b.spec.id, b.spec.title, len(b.spec.tiles), b.spec.version, b.folder, own=True, ready=b.spec.id in ready, archived=b.archived,
            favourite=b.spec.id in mine, at=b.at, by=names.get(b.by, ""), questions=b.spec.questions,
        )
        for b in kept
    ]  # fmt: skip
    shown += [
        ShelfBoard(b.id, b.title, len(b.tiles), b.version, ready=True, favourite=b.id in mine, questions=b.questions)
        for b in ready.values()
        if b.id not in own
    ]
    return [board for board in shown if principal.sees(board.id)]


@router.post("/boards", operation_id="createBoard", status_code=201, openapi_extra=body_of(NewBoard))
@needs(Permission.BOARDS_EDIT)
async def create(request: Request) -> KeptBoardAnswer:
    """Make a board. An id that is there already gets a number."""
    services = services_of(request)
    asked = await decode_body(request, NewBoard, services.settings.max_body)
    return await _create(request, asked.board, asked.folder)


@router.get("/boards/{board}", operation_id="board")
@needs(Permission.BOARDS_READ)
async def board(request: Request, board: str) -> BoardSpec:
    """A board as it is now."""
    check_shown(principal_of(request), board)
    return await _spec(request, board)


@router.put("/boards/{board}", operation_id="saveBoard", openapi_extra=body_of(ChangedBoard))
@needs(Permission.BOARDS_EDIT)
async def save(request: Request, board: str) -> KeptBoardAnswer:
    """Save what was made of a board. What others saved meanwhile stands too; where both changed one part: 409, nothing is kept."""
    check_shown(principal_of(request), board)
    services = services_of(request)
    asked = await decode_body(request, ChangedBoard, services.settings.max_body)
    if asked.board.id != board:
        raise InputError("the board's id is not that of the address", code="board.other_id")
    await _check(request, asked.board)
    try:
        saved = await run_sync(services.boards.save, asked.base, asked.board, principal_of(request).id)
    except Conflict as conflict:
        names = await _names(request)
        conflict.values["by"] = names.get(str(conflict.values.get("by", "")), "")
        raise
    await request.app.state.hub.reopen(board)
    return KeptBoardAnswer(saved.board.spec, saved.merged)


@router.patch("/boards/{board}", operation_id="placeBoard")
@needs(Permission.BOARDS_EDIT)
async def place(request: Request, board: str, body: BoardPlace) -> KeptBoardAnswer:
    """Put a board into a folder, into the archive, or out of it. A ready-made board becomes one's own by it."""
    check_shown(principal_of(request), board)
    boards = services_of(request).boards
    if await run_sync(boards.get, board) is None:
        spec = await _spec(request, board)
        await run_sync(boards.save, spec, spec, principal_of(request).id)
    kept = await run_sync(lambda: boards.place(board, folder=body.folder, archived=body.archived))
    return KeptBoardAnswer(kept.spec)


@router.delete("/boards/{board}", operation_id="removeBoard", status_code=204)
@needs(Permission.BOARDS_EDIT)
async def remove(request: Request, board: str) -> Response:
    """Remove a board with all its versions; where it was a ready-made one that was changed, that one stands again."""
    check_shown(principal_of(request), board)
    await run_sync(services_of(request).boards.remove, board)
    if board not in await ready_boards(request):
        await run_sync(services_of(request).remarks.forget, board)
    await request.app.state.hub.reopen(board)
    return Response(status_code=204)


@router.get("/boards/{board}/versions", operation_id="boardVersions")
@needs(Permission.BOARDS_READ)
async def versions(request: Request, board: str) -> list[BoardVersionModel]:
    """Who saved a board when, newest first."""
    check_shown(principal_of(request), board)
    kept, names = await run_sync(services_of(request).boards.versions, board), await _names(request)
    return [
        BoardVersionModel(version=v.version, at=v.at, by=names.get(v.by, ""), restored=v.restored, tiles=v.tiles)
        for v in kept
    ]


@router.get("/boards/{board}/versions/{version}", operation_id="boardVersion")
@needs(Permission.BOARDS_READ)
async def version(request: Request, board: str, version: int = Path(ge=0, le=MOST)) -> BoardSpec:
    """A board as it was."""
    check_shown(principal_of(request), board)
    return await run_sync(services_of(request).boards.version, board, version)


@router.post("/boards/{board}/restore", operation_id="restoreBoard")
@needs(Permission.BOARDS_EDIT)
async def restore(request: Request, board: str, body: BoardRestore) -> KeptBoardAnswer:
    """Bring an earlier version back, as the newest one."""
    check_shown(principal_of(request), board)
    kept = await run_sync(services_of(request).boards.restore, board, body.version, principal_of(request).id)
    await request.app.state.hub.reopen(board)
    return KeptBoardAnswer(kept.spec)


@router.put("/boards/{board}/favourite", operation_id="favouriteBoard")
@needs(Permission.SELF)
async def favourite(request: Request, board: str, body: BoardFavourite) -> list[str]:
    """Keep a board at hand, or no longer; returns all that are."""
    principal = principal_of(request)
    check_shown(principal, board)
    await _spec(request, board)
    if principal.kind != "account":
        raise InputError("a screen on the wall has no favourites", code="board.no_account")
    boards = services_of(request).boards
    return await run_sync(lambda: boards.set_favourite(principal.id, board, favourite=body.favourite))


@router.post("/boards/{board}/editors", operation_id="editBoard")
@needs(Permission.BOARDS_EDIT)
async def editors(
    request: Request, board: str, here: bool = Query(True, description="False: editing has ended.")
) -> EditorsModel:
    """Say every few seconds that the board is being edited; returns who else does."""
    principal = principal_of(request)
    check_shown(principal, board)
    names = request.app.state.presence.tell(board, principal.session_id, principal.name, here=here)
    kept = await run_sync(services_of(request).boards.get, board)
    return EditorsModel(names=names, version=kept.spec.version if kept else 0)


@router.get(
    "/boards/{board}/yaml",
    operation_id="exportBoard",
    response_class=Response,
    responses={200: {"content": {YAML: {}}}},
)
@needs(Permission.BOARDS_READ)
async def export(request: Request, board: str) -> Response:
    """A board as YAML."""
    check_shown(principal_of(request), board)
    text = write_board(await _spec(request, board))
    headers = {"Content-Disposition": f'attachment; filename="{board}.yaml"'}
    return Response(text, media_type=YAML, headers=headers)


@router.post(
    "/boards/yaml",
    operation_id="importBoard",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {YAML: {"schema": {"type": "string"}}}}},
)
@needs(Permission.BOARDS_EDIT)
async def import_yaml(request: Request) -> KeptBoardAnswer:
    """Make a board of YAML, as exported."""
    body = await read_body(request, services_of(request).settings.max_body)
    try:
        text = body.decode()
    except UnicodeDecodeError as wrong:
        raise InputError("the YAML is not UTF-8 text", code="request.not_text") from wrong
    return await _create(request, read_board(text, "board.yaml"), "")


async def _create(request: Request, spec: BoardSpec, folder: str) -> KeptBoardAnswer:
    await _check(request, spec)
    taken, by = tuple(await ready_boards(request)), principal_of(request).id
    return KeptBoardAnswer((await run_sync(services_of(request).boards.create, spec, by, folder, taken)).spec)


async def _spec(request: Request, board: str) -> BoardSpec:
    """A board of people's own, else a ready-made one. Raises NotFound."""
    kept = await run_sync(services_of(request).boards.get, board)
    if kept is not None:
        return kept.spec
    ready = await ready_boards(request)
    if board not in ready:
        raise NotFound(f"there is no board {board!r}", code="board.not_shown", values={"board": board})
    return ready[board]


async def _check(request: Request, spec: BoardSpec) -> None:
    """Raises InputError for a tile whose question cannot be asked, naming the tile."""
    await services_of(request).link.check_board(spec)


async def _names(request: Request) -> dict[str, str]:
    people: list[Any] = await run_sync(services_of(request).people.all)
    return {person.id: person.name for person in people}
