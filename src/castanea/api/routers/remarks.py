"""What people say about tiles and about days of their charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.routers.boards import check_shown, ready_boards
from castanea.api.schemas import body_of
from castanea.boards.remarks import NewRemark, Remark
from castanea.contracts.board import BoardSpec
from castanea.kit.errors import InputError, NotFound

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["boards"])


@dataclass(frozen=True)
class RemarksAnswer:
    """`names`: of the accounts that wrote, and of all that may be named, by id."""

    remarks: list[Remark]
    names: dict[str, str]


@router.get("/remarks/mine", operation_id="remarksNamingMe")
@needs(Permission.SELF)
async def mine(request: Request) -> RemarksAnswer:
    """The newest remarks in which somebody named the reader, on boards that they see."""
    principal = principal_of(request)
    found = await run_sync(services_of(request).remarks.naming, principal.id, principal.rights.key)
    return await _answer(request, [remark for remark in found if principal.sees(remark.board)])


@router.get("/boards/{board}/remarks", operation_id="remarks")
@needs(Permission.BOARDS_READ)
async def remarks(request: Request, board: str) -> RemarksAnswer:
    """All remarks on a board's tiles, oldest first."""
    principal = principal_of(request)
    check_shown(principal, board)
    return await _answer(request, await run_sync(services_of(request).remarks.of_board, board, principal.rights.key))


@router.post("/boards/{board}/remarks", operation_id="sayRemark", status_code=201, openapi_extra=body_of(NewRemark))
@needs(Permission.KANBAN_EDIT)
async def say(request: Request, board: str) -> Remark:
    """Say something about a tile, or about a day or some days of its chart. @name names somebody."""
    principal, services = principal_of(request), services_of(request)
    check_shown(principal, board)
    new = await decode_body(request, NewRemark, services.settings.max_body)
    spec = await _spec(request, board)
    if new.tile not in {tile.id for tile in spec.tiles}:
        valid = ", ".join(tile.id for tile in spec.tiles)
        raise InputError(
            f"there is no tile {new.tile!r} on this board; its tiles: {valid}",
            code="remark.bad_field", values={"field": "tile", "value": new.tile[:80], "valid": valid},
        )  # fmt: skip
    names = await _names(request)
    return await run_sync(services.remarks.say, board, new, principal.id, principal.rights.key, names)


@router.delete("/boards/{board}/remarks/{remark}", operation_id="takeBackRemark", status_code=204)
@needs(Permission.KANBAN_EDIT)
async def take_back(request: Request, board: str, remark: str) -> Response:
    """Remove a remark: one's own, or anybody's for who edits boards."""
    principal, kept = principal_of(request), services_of(request).remarks
    check_shown(principal, board)
    may = principal.may(Permission.BOARDS_EDIT)
    await run_sync(lambda: kept.take_back(board, remark, principal.id, any_writer=may))
    return Response(status_code=204)


async def _answer(request: Request, found: list[Remark]) -> RemarksAnswer:
    names = await _names(request)
    if not principal_of(request).may(Permission.PEOPLE_READ):
        wrote = {remark.by for remark in found}
        names = {number: name for number, name in names.items() if number in wrote}
    return RemarksAnswer(found, names)


async def _spec(request: Request, board: str) -> BoardSpec:
    kept = await run_sync(services_of(request).boards.get, board)
    spec = kept.spec if kept is not None else (await ready_boards(request)).get(board)
    if spec is None:
        raise NotFound(f"there is no board {board!r}", code="board.not_shown", values={"board": board})
    return spec


async def _names(request: Request) -> dict[str, str]:
    people: list[Any] = await run_sync(services_of(request).people.all)
    return {person.id: person.name for person in people}
