"""Input grids: what has no file, typed or pasted in the browser."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from castanea.access import Permission
from castanea.api.guard import GuardedRoute, needs, services_of
from castanea.api.models import GridPaste, GridPasted
from castanea.api.services import Grids
from castanea.kit.errors import Unavailable
from castanea.runs.grid_columns import tables

router = APIRouter(prefix="/api/v1/grids", route_class=GuardedRoute, tags=["data"])


@router.get("", operation_id="grids")
@needs(Permission.IMPORTS_READ)
async def grids(_: Request) -> list[str]:
    """The tables that have a grid."""
    return list(tables())


@router.get("/{table}", operation_id="grid", response_model=dict[str, Any])
@needs(Permission.IMPORTS_READ)
async def grid(request: Request, table: str, limit: int = Query(1000, ge=1, le=20_000)) -> Response:
    """A grid as it stands: its columns with their valid choices, its rows as text, its versions, newest first."""
    return Response(await services_of(request).link.grid(table, limit), media_type="application/json")


@router.post("/{table}", operation_id="pasteGrid")
@needs(Permission.DATA_WRITE)
async def paste_grid(request: Request, table: str, body: GridPaste) -> GridPasted:
    """Land rows (a header, then rows, cells divided by tabs or commas), or take a version back. When a cell is wrong nothing is kept and
    `faults` names each with what may stand there."""
    room = _grids(request)
    if body.check:
        checked = await anyio.to_thread.run_sync(room.check, table, body.text)
        return GridPasted.model_validate(checked, from_attributes=True)
    what, given = (room.undo, body.undo) if body.undo else (room.paste, body.text)
    outcome = await anyio.to_thread.run_sync(what, table, given)
    services_of(request).link.notify_soon()
    return GridPasted.model_validate(outcome, from_attributes=True)


def _grids(request: Request) -> Grids:
    room = services_of(request).grids
    if room is None:
        raise Unavailable("this server takes no grids")
    return room
