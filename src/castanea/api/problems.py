"""Problem documents (RFC 9457): one shape for every error, in the reader's language.

CastaneaError → status: InputError 422 (or what `STATUS_OF_CODE` says) · Unauthenticated 401 · Forbidden 403 · NotFound 404 ·
Conflict 409 · Busy 429 with Retry-After · Unavailable 503 · NoSpace 507. Anything else is a 500 that tells nothing but its number in the log.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from castanea.access import Forbidden, Unauthenticated
from castanea.kit.errors import Busy, CastaneaError, Conflict, InputError, NoSpace, NotFound, Unavailable
from castanea.kit.messages import Locale, negotiate, say

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[CastaneaError], int], ...] = (
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Busy, 429),
    (Unavailable, 503),
    (NoSpace, 507),
    (InputError, 422),
)
STATUS_OF_CODE = {
    "request.incomplete": 400,
    "request.too_large": 413,
    "request.content_type": 415,
    "request.content_encoding": 415,
    "request.host": 421,
    "access.csrf": 403,
    "access.origin": 403,
}
_log = structlog.get_logger("castanea.api")


class TooLarge(InputError):
    code = "request.too_large"


def status_of(error: CastaneaError) -> int:
    """The HTTP status that says an error."""
    return (
        getattr(error, "status", 0)
        or STATUS_OF_CODE.get(error.code)
        or next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    )


def locale_of(request: Request) -> Locale:
    """The language of whoever asks: the account's setting, else the browser's."""
    principal = request.scope.get("castanea.principal")
    return negotiate(principal.language if principal else "", request.headers.get("accept-language", ""))


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    values: Mapping[str, object] | None = None,
    english: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. `english` stands in when the catalogue has no sentence for the code."""
    locale = locale_of(request)
    document: dict[str, Any] = {
        "type": f"urn:castanea:problem:{code}",
        "title": say(f"title.{status}", locale, otherwise=str(status)),
        "status": status,
        "code": code,
        "detail": say(code, locale, {**(values or {}), "message": english}, otherwise=english),
        "instance": f"urn:castanea:request:{request.scope.get('castanea.request_id', '')}",
    }
    if values:
        document["values"] = values
    if errors:
        document["errors"] = errors
    body = msgspec.json.encode(document, enc_hook=str)
    return Response(body, status, {"Content-Language": locale, **(headers or {})}, MEDIA_TYPE)


def of_castanea_error(request: Request, error: CastaneaError) -> Response:
    status = status_of(error)
    headers: dict[str, str] = {}
    values = dict(error.values)
    if isinstance(error, Busy):
        seconds = max(1, math.ceil(error.retry_after))
        values["retry_after"] = seconds
        headers["Retry-After"] = str(seconds)
    elif status == 503:
        headers["Retry-After"] = "2"
    elif status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="castanea"'
    if status == 500:
        _log.error("request failed", code=error.code, error=str(error), exc_info=error)
    return problem(request, status, error.code, values=values, english=str(error), headers=headers)


def of_validation(request: Request, error: RequestValidationError) -> Response:
    locale = locale_of(request)
    fields = [
        {
            "field": ".".join(str(part) for part in found["loc"][1:]),
            "problem": _field_problem(found, locale),
            "kind": found["type"],
        }
        for found in error.errors()
    ]
    if any(found["kind"] == "json_invalid" for found in fields):
        return problem(
            request, 422, "request.not_json", values={"reason": error.errors()[0].get("ctx", {}).get("error", "")}
        )
    reason = "; ".join(f"{found['field'] or 'body'}: {found['problem']}" for found in fields)
    return problem(request, 422, "request.invalid", values={"reason": reason}, errors=fields)


def _field_problem(found: Mapping[str, Any], locale: Locale) -> str:
    kind = str(found["type"])
    if kind == "missing":
        code = "field.missing"
    elif kind == "extra_forbidden":
        code = "field.unknown"
    elif kind in ("literal_error", "enum"):
        code = "field.choice"
    elif kind.startswith(("string_too", "too_")):
        code = "field.length"
    elif kind.endswith(("_type", "_parsing")):
        code = "field.type"
    else:
        code = "field.value"
    values = dict(found.get("ctx", {}))
    if "expected" in values:
        values["expected"] = str(values["expected"]).replace(" or ", ", ").replace("'", "").lstrip(", ")
    return say(code, locale, values)


def of_http_exception(request: Request, error: HTTPException) -> Response:
    """What the framework itself refuses: unknown paths and methods."""
    if error.status_code == 404:
        return problem(request, 404, "castanea.not_found")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        values = {"method": request.method, "allowed": allowed}
        return problem(request, 405, "request.method", values=values, headers=error.headers)
    if error.status_code == 413:
        return problem(request, 413, "request.too_large", values={"limit": ""}, english=str(error.detail))
    return problem(request, error.status_code, "castanea.input", headers=error.headers)


def of_unknown(request: Request, _error: Exception | None = None) -> Response:
    """A defect: the reader learns its number in the log, nothing else."""
    number = request.scope.get("castanea.request_id", "")
    return problem(request, 500, "server.error", values={"request": number})
