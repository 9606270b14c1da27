"""Reading bodies without trusting their length."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from castanea.api.problems import TooLarge
from castanea.kit.errors import InputError

Body = TypeVar("Body")


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body of at most `limit` bytes. Raises TooLarge (before reading when the length is declared), InputError when cut off."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large(limit)
    parts = bytearray()
    try:
        async for part in request.stream():
            parts += part
            if len(parts) > limit:
                raise too_large(limit)
    except ClientDisconnect as error:
        raise InputError("the connection ended before the whole body had arrived", code="request.incomplete") from error
    return bytes(parts)


def too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"the body is larger than {limit} bytes; nothing was accepted; send it in smaller parts",
        values={"limit": limit},
    )


async def decode_body(request: Request, kind: type[Body], limit: int) -> Body:
    """A JSON body as one of the contracts' dataclasses. Raises InputError that names the place of what does not fit."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InputError(
            f"the content type {media_type!r} is not understood; send application/json",
            code="request.content_type",
            values={"given": media_type, "valid": "application/json"},
        )
    body = await read_body(request, limit)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise InputError(
            f"what was sent is not valid: {error}", code="request.invalid", values={"reason": str(error)}
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"the body is not JSON: {error}", code="request.not_json", values={"reason": str(error)}
        ) from error
