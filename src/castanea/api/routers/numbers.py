"""Questions and the catalogue of what can be asked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.schemas import body_of
from castanea.contracts.query import Answer, Query

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["numbers"])


@router.post("/query", operation_id="query", response_model=Answer, openapi_extra=body_of(Query))
@needs(Permission.NUMBERS_ASK)
async def query(request: Request) -> Response:
    """Ask for numbers. Decimals are strings; unknown names are answered with the nearest valid ones."""
    services = services_of(request)
    question = await decode_body(request, Query, services.settings.max_body)
    return Response(await services.link.query(question, principal_of(request).rights), media_type="application/json")


@router.get("/catalog", operation_id="catalog", response_model=dict[str, Any])
@needs(Permission.CATALOG_READ)
async def catalog(request: Request) -> Response:
    """Metrics and dimensions: labels, definitions, units, direction, additivity, aliases."""
    return Response(await services_of(request).link.catalog(), media_type="application/json")
