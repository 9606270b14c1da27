"""Buyers in groups: segments and cohorts of what the warehouse holds."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.schemas import body_of
from castanea.contracts.buyers import BuyerGroups, BuyerQuestion

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["buyers"])


@router.post(
    "/buyers/groups", operation_id="buyerGroups", response_model=BuyerGroups, openapi_extra=body_of(BuyerQuestion)
)
@needs(Permission.BUYERS_READ)
async def buyer_groups(request: Request) -> Response:
    """Buyers by how lately, how often and for how much they bought, or by the period of their first purchase, under the reader's rules.
    Groups of fewer than ten buyers are put together or withheld."""
    services = services_of(request)
    asked = await decode_body(request, BuyerQuestion, services.settings.max_body)
    told = await services.link.buyer_groups(asked, principal_of(request).rights)
    return Response(told, media_type="application/json")
