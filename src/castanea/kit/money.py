"""Exact decimals as text: money has four decimals, quantities as many as they need."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MONEY_STEP = Decimal("0.0001")


def money_text(amount: Decimal) -> str:
    """`748957.0200`: four decimals, never an exponent."""
    return f"{amount.quantize(MONEY_STEP, ROUND_HALF_UP):f}"


def plain_text(text: str) -> str:
    """A decimal's text without needless zeros: `37873.0000` → `37873`."""
    return text.rstrip("0").rstrip(".") if "." in text else text
