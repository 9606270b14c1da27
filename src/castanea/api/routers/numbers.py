"""Questions and the catalogue of what can be asked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.schemas import body_of
from castanea.contracts.query import Answer, Query
from castanea.contracts.sentence import Sentence, Understanding

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["numbers"])


@router.post("/query", operation_id="query", response_model=Answer, openapi_extra=body_of(Query))
@needs(Permission.NUMBERS_ASK)
async def query(request: Request) -> Response:
    """Ask for numbers. Decimals are strings; unknown names are answered with the nearest valid ones."""
    services = services_of(request)
    question = await decode_body(request, Query, services.settings.max_body)
    return Response(await services.link.query(question, principal_of(request).rights), media_type="application/json")


@router.post("/ask", operation_id="ask", response_model=Understanding, openapi_extra=body_of(Sentence))
@needs(Permission.NUMBERS_ASK)
async def ask(request: Request) -> Response:
    """What a sentence, Chinese or English, asks for: a query, how it was understood, and what else it may mean. Nothing is kept of it."""
    services = services_of(request)
    asked = await decode_body(request, Sentence, services.settings.max_body)
    told = await services.link.understand(asked.sentence, principal_of(request).rights)
    return Response(told, media_type="application/json")


@router.get("/catalog", operation_id="catalog", response_model=dict[str, Any])
@needs(Permission.CATALOG_READ)
async def catalog(request: Request) -> Response:
    """Metrics and dimensions: labels, definitions, units, direction, additivity, aliases."""
    return Response(await services_of(request).link.catalog(), media_type="application/json")
