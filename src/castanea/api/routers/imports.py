"""What was imported, and what could not be used."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from castanea.access import Permission
from castanea.api.guard import GuardedRoute, needs, services_of
from castanea.api.models import ImportStands, Mend, MendRows, Replayed
from castanea.api.problems import locale_of
from castanea.api.services import Mending
from castanea.kit.errors import Unavailable
from castanea.kit.messages import say

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["data"])


@router.get("/imports", operation_id="imports", response_model=list[dict[str, Any]])
@needs(Permission.IMPORTS_READ)
async def imports(request: Request, limit: int = Query(100, ge=1, le=1000)) -> Response:
    """Imports, newest first, with their books: received = loaded + duplicates + superseded + quarantined."""
    return Response(await services_of(request).link.imports(limit), media_type="application/json")


@router.post("/imports/{import_id}/undo", operation_id="undoImport")
@needs(Permission.DATA_WRITE)
async def undo_import(request: Request, import_id: str) -> ImportStands:
    """Take an import back as a whole: as if it had never been, what it replaced stands again. The warehouse is made again meanwhile."""
    return await _set_undone(request, import_id, undone=True)


@router.post("/imports/{import_id}/redo", operation_id="redoImport")
@needs(Permission.DATA_WRITE)
async def redo_import(request: Request, import_id: str) -> ImportStands:
    """Bring an import back that was taken back."""
    return await _set_undone(request, import_id, undone=False)


async def _set_undone(request: Request, import_id: str, *, undone: bool) -> ImportStands:
    services = services_of(request)
    if services.imports is None:
        raise Unavailable("this server takes no imports back")
    outcome = await anyio.to_thread.run_sync(partial(services.imports.set_undone, import_id, undone=undone))
    services.link.notify_soon()
    return ImportStands.model_validate(outcome, from_attributes=True)


@router.get("/quarantine", operation_id="quarantine", response_model=dict[str, Any])
@needs(Permission.QUARANTINE_READ)
async def quarantine(
    request: Request,
    import_id: str = Query("", max_length=64, description="Only of this import; empty = all."),
    limit: int = Query(100, ge=1, le=1000),
) -> Response:
    """Rows that could not be used: place, reason, rule. Values of persons are never shown."""
    return Response(await services_of(request).link.quarantine(import_id, limit), media_type="application/json")


@router.get("/quarantine/{import_id}/rows", operation_id="mendRows")
@needs(Permission.QUARANTINE_MEND)
async def mend_rows(request: Request, import_id: str, limit: int = Query(200, ge=1, le=1000)) -> MendRows:
    """The waiting rows of an import with all their cells, personal values in clear, to be mended."""
    found = await anyio.to_thread.run_sync(_mending(request).rows, import_id, limit)
    told = MendRows.model_validate(found, from_attributes=True)
    locale = locale_of(request)
    for row in told.rows:
        row.why = say(f"quarantine.{row.reason}", locale, {}, otherwise=row.reason)
    return told


@router.post("/quarantine/{import_id}/replay", operation_id="replayRows")
@needs(Permission.QUARANTINE_MEND)
async def replay_rows(request: Request, import_id: str, body: Mend) -> Replayed:
    """Read mended rows exactly as their file was read and land them; those that still cannot be used wait as before."""
    outcome = await anyio.to_thread.run_sync(_mending(request).replay, import_id, body.rows)
    services_of(request).link.notify_soon()
    return Replayed.model_validate(outcome, from_attributes=True)


def _mending(request: Request) -> Mending:
    room = services_of(request).mending
    if room is None:
        raise Unavailable("this server mends no rows")
    return room
