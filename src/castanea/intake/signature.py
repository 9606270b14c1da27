"""Webhook signatures: HMAC-SHA256 over the timestamp, a dot and the body as sent."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from castanea.kit.clock import Clock, SystemClock

TOLERANCE_SECONDS = 300
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


def sign(secret: str | bytes, timestamp: str, body: bytes) -> str:
    """The signature that `verify_signature` accepts: `sha256=` and 64 hexadecimal digits. `timestamp` is Unix seconds."""
    key = secret.encode() if isinstance(secret, str) else secret
    return "sha256=" + hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify_signature(
    secret: str | bytes, timestamp: str, signature: str, body: bytes, clock: Clock | None = None
) -> None:
    """Returns when the body was signed with the secret within five minutes of now. Raises Unauthenticated otherwise.

    `signature` may come with or without `sha256=`. The comparison takes the same time wherever the signatures differ.
    """
    now: datetime = (clock or SystemClock()).now()
    fresh = bool(_TIMESTAMP.fullmatch(timestamp)) and abs(now.timestamp() - int(timestamp)) <= TOLERANCE_SECONDS
    given = signature.strip().lower().removeprefix("sha256=")
    right = sign(secret, timestamp if timestamp.isascii() else "", body).removeprefix("sha256=")
    equal = hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
    if not (fresh and equal):
        from castanea.access.errors import Unauthenticated

        why = (
            "does not fit the body, the key and the timestamp"
            if fresh
            else "has a timestamp more than five minutes from now"
        )
        raise Unauthenticated(
            f'the signature {why}; sign "timestamp.body" (Unix seconds) with the write key, HMAC-SHA256',
            code="access.signature_invalid",
        )
