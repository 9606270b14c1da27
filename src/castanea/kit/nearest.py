"""The nearest valid names to one that was mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Nearest:
    names: tuple[str, ...]

    @property
    def hint(self) -> str:
        """`; nearest: a, b`, or nothing."""
        return f"; nearest: {', '.join(self.names)}" if self.names else ""


def nearest(name: str, valid: Iterable[str], most: int = 5) -> Nearest:
    """Up to `most` of the valid names, the likeliest first; case does not count."""
    folded = {v.casefold(): v for v in valid}
    wanted = name.casefold().strip()
    close = difflib.get_close_matches(wanted, folded, n=most, cutoff=0.55)
    inside = [v for v in sorted(folded) if len(wanted) >= 3 and (wanted in v or v in wanted)]
    return Nearest(tuple(dict.fromkeys(folded[v] for v in (*close, *inside)))[:most])
