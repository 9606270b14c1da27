"""Province and city out of an address, by the short names people use; what is no known province stays as it was sent, when it is short."""

from __future__ import annotations

from functools import cache

import polars as pl

from castanea.contracts.mappings import shipped_data

_LONGEST_NAME = 12
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")


@cache
def _provinces() -> tuple[tuple[str, ...], dict[str, str]]:
    """Long spellings first, and spelling → short name."""
    table: dict[str, str] = {}
    for short, others in shipped_data("provinces").items():
        table[short] = short
        for other in others or ():
            table[other] = short
    return tuple(sorted(table, key=len, reverse=True)), table


def province_of(text: pl.Expr) -> pl.Expr:
    """`内蒙古自治区` → 内蒙古; `浙江省 杭州市 …` → 浙江; a short name of another country stays; an address without a province = null."""
    names, table = _provinces()
    found = text.str.extract("^\\s*(?:中国)?[\\s,，]*(" + "|".join(names) + ")", 1)
    short = found.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)
    plain = pl.when((text.str.len_chars() <= _LONGEST_NAME) & ~text.str.contains(r"\d|[路街号区县镇村栋室]")).then(text)
    return pl.coalesce(short, plain)


def city_of(text: pl.Expr) -> pl.Expr:
    """`浙江省 杭州市 西湖区 …` → 杭州; a municipality is its own city; unknown = null."""
    names, _ = _provinces()
    rest = text.str.replace("^\\s*(?:中国)?[\\s,，]*(?:" + "|".join(names) + ")[\\s,，/]*", "")
    city = rest.str.extract(r"^([^\s\d,，/]{2,8}?)(?:市|地区|自治州|盟)", 1)
    municipality = text.str.extract("^\\s*(?:中国)?[\\s,，]*(" + "|".join(_MUNICIPALITIES) + ")", 1)
    return pl.coalesce(municipality, city)
