"""Events from sources: acknowledged when they are durable."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Request, Response

from castanea.access import Permission, Principal, Unauthenticated
from castanea.api.bodies import read_body
from castanea.api.guard import GuardedRoute, is_signed, needs, principal_of, services_of
from castanea.api.models import EventsReceipt
from castanea.intake.signature import verify_signature
from castanea.kit.errors import InputError

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["intake"])

JSON, NDJSON, ARROW = "application/json", "application/x-ndjson", "application/vnd.apache.arrow.stream"
TYPES = {
    JSON: JSON,
    NDJSON: NDJSON,
    "application/ndjson": NDJSON,
    "application/jsonl": NDJSON,
    "application/x-jsonlines": NDJSON,
    ARROW: ARROW,
}
ENCODINGS = ("", "identity", "gzip", "zstd")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "array", "items": {"type": "object"}}},
            NDJSON: {"schema": {"type": "string"}},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post("/events", operation_id="sendEvents", status_code=202, response_model=EventsReceipt, openapi_extra=_BODY)
@needs(Permission.EVENTS_WRITE)
async def send_events(request: Request) -> Response:
    """Send events: a JSON array, NDJSON or an Arrow stream, plain or compressed by gzip or zstd. 202 once they are durable."""
    services = services_of(request)
    content_type, encoding = _content(request)
    body = await read_body(request, services.settings.max_events_body)
    principal = principal_of(request)
    if is_signed(request):
        principal = await _signed(request, body)
        request.scope["castanea.principal"] = principal
    receipt = await services.events.submit(body, content_type, encoding, principal.name)
    services.link.notify_soon()
    counted = request.app.state.measurements.events
    counted.labels("accepted").inc(receipt.accepted)
    counted.labels("quarantined").inc(receipt.quarantined)
    answer: dict[str, Any] = {
        "received": receipt.received,
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "errors": list(receipt.errors),
    }
    return Response(msgspec.json.encode(answer), 202, media_type=JSON)


def _content(request: Request) -> tuple[str, str]:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in TYPES:
        raise InputError(
            f"the content type {given!r} is not understood; valid: {', '.join(TYPES)}",
            code="request.content_type",
            values={"given": given, "valid": list(TYPES)},
        )
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise InputError(
            f"the content encoding {encoding!r} is not understood; valid: gzip, zstd",
            code="request.content_encoding",
            values={"given": encoding, "valid": "gzip, zstd"},
        )
    return TYPES[given], "" if encoding == "identity" else encoding


async def _signed(request: Request, body: bytes) -> Principal:
    """Who signed the body. Raises Unauthenticated."""
    services = services_of(request)
    keys = services.write_keys
    principal = await anyio.to_thread.run_sync(keys.find_by_id, request.headers.get("x-castanea-key", ""))
    if principal is None:
        raise Unauthenticated("this write key is unknown or was revoked", code="access.key_unknown")
    timestamp = request.headers.get("x-castanea-timestamp", "")
    signature = request.headers["x-castanea-signature"]
    verify_signature(keys.secret(principal.id), timestamp, signature, body, services.clock)
    return principal
