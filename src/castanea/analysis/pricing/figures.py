"""Numbers as people read them."""

from __future__ import annotations


def said(value: float, *, signed: bool = False) -> str:
    """Four digits that mean something, without exponents: 286,700; 12.35; 0.04156."""
    sign = "+" if signed else ""
    rounded = float(f"{value:.4g}")
    if abs(rounded) >= 1000:
        return f"{rounded:{sign},.0f}"
    return f"{rounded:{sign}.4g}" if abs(rounded) >= 1e-4 or rounded == 0 else f"{rounded:{sign}.2g}"
