"""What was imported, and what could not be used."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Request, Response

from castanea.access import Permission
from castanea.api.guard import GuardedRoute, needs, services_of

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["data"])


@router.get("/imports", operation_id="imports", response_model=list[dict[str, Any]])
@needs(Permission.IMPORTS_READ)
async def imports(request: Request, limit: int = Query(100, ge=1, le=1000)) -> Response:
    """Imports, newest first, with their books: received = loaded + duplicates + superseded + quarantined."""
    return Response(await services_of(request).link.imports(limit), media_type="application/json")


@router.get("/quarantine", operation_id="quarantine", response_model=dict[str, Any])
@needs(Permission.QUARANTINE_READ)
async def quarantine(
    request: Request,
    import_id: str = Query("", max_length=64, description="Only of this import; empty = all."),
    limit: int = Query(100, ge=1, le=1000),
) -> Response:
    """Rows that could not be used: place, reason, rule. Values of persons are never shown."""
    return Response(await services_of(request).link.quarantine(import_id, limit), media_type="application/json")
