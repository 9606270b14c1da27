"""Signatures of webhooks."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from castanea.access.errors import Unauthenticated
from castanea.intake.events import sign, verify_signature
from castanea.kit.clock import FixedClock

NOW = datetime(2026, 11, 20, 14, 36, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
CLOCK = FixedClock(NOW)


def test_a_signature_made_by_the_rule_is_accepted_with_and_without_its_prefix():
    made = hmac.new(b"secret", STAMP.encode() + b".body", hashlib.sha256).hexdigest()
    assert sign("secret", STAMP, b"body") == f"sha256={made}"
    for given in (made, f"sha256={made}", made.upper()):
        verify_signature("secret", STAMP, given, b"body", CLOCK)


@pytest.mark.parametrize(
    ("secret", "stamp", "signature", "body"),
    [
        ("other", STAMP, sign("secret", STAMP, b"body"), b"body"),
        ("secret", STAMP, sign("secret", STAMP, b"body"), b"Body"),
        ("secret", str(int(STAMP) + 1), sign("secret", STAMP, b"body"), b"body"),
        ("secret", STAMP, "", b"body"),
        ("secret", STAMP, "sha256=ünï", b"body"),
        ("secret", "", sign("secret", "", b"body"), b"body"),
        ("secret", "soon", sign("secret", "soon", b"body"), b"body"),
        ("secret", "１", "00", b"body"),
        ("secret", "9" * 400, sign("secret", "9" * 400, b"body"), b"body"),
    ],
)
def test_anything_else_is_refused(secret, stamp, signature, body):
    with pytest.raises(Unauthenticated) as refused:
        verify_signature(secret, stamp, signature, body, CLOCK)
    assert refused.value.code == "access.signature_invalid"


@pytest.mark.parametrize(("seconds", "accepted"), [(-299, True), (299, True), (-301, False), (301, False)])
def test_a_signature_is_good_for_five_minutes_either_way(seconds, accepted):
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    signature = sign("secret", stamp, b"body")
    if accepted:
        verify_signature("secret", stamp, signature, b"body", CLOCK)
    else:
        with pytest.raises(Unauthenticated):
            verify_signature("secret", stamp, signature, b"body", CLOCK)
