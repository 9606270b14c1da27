"""When two spellings of a column's name are the same: width, case, spaces and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s_\-./:：·'\"`*#=]+")
_UNIT = re.compile(r"[(（\[【](?:元|¥|￥|人民币|cny|usd|gbp|eur|rmb|件|个|%|\$|£|\+元|-元)[)）\]】]")


def plain_name(name: str) -> str:
    """The name without width, case, spaces, punctuation and a unit in brackets (`商品总价(元)` → `商品总价`)."""
    text = unicodedata.normalize("NFKC", name.replace("\ufeff", "").replace("\x00", "")).casefold().strip()
    return _NOISE.sub("", _UNIT.sub("", text))
