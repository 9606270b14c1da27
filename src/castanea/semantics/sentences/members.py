"""Members that a sentence may name: channels, shops, provinces, categories, brands and products, by what people call them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from castanea.contracts.query import Order, Query
from castanea.kit.errors import CastaneaError

DIMENSIONS = ("channel", "shop", "province", "city", "category", "brand", "product")
MOST = 2_000  # members of one dimension, those that sold most
_PROVINCE = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)$")


def members_of(ask: Callable[[Query], Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """A member's word → (dimension, member). `ask` answers a query as JSON does, and so within the asker's rights; a dimension that
    the asker may not see is left out. A word of two members means the first, the one that sold more."""
    found: dict[str, tuple[str, str]] = {}
    for dimension in DIMENSIONS:
        query = Query(("orders",), (dimension,), order=(Order("orders"),), limit=MOST)
        try:
            rows = ask(query)["rows"]
        except CastaneaError:
            continue
        for row in rows:
            member = row.get(dimension)
            if member is None:
                continue
            for word in _words(dimension, str(member), row.get(f"{dimension}_name")):
                found.setdefault(word, (dimension, str(member)))
    return found


def _words(dimension: str, member: str, name: object) -> list[str]:
    words = [member, str(name)] if name else [member]
    if dimension in ("province", "city"):
        words += [_PROVINCE.sub("", word) for word in tuple(words)]
    return [word for word in dict.fromkeys(words) if len(word) > 1 and not word.isdigit()]
