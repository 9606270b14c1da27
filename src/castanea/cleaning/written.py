"""Numbers, days and times that stand inside a text (`2026-11-01 ~ 2026-11-07`, `费率 0.6%`), for mappings that cut them out."""

from __future__ import annotations

import polars as pl

from castanea.cleaning.numbers import DECIMAL

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S")
_MONTH = r"^(\d{4})[-/.年]?(\d{2})月?$"


def written_number(text: pl.Expr) -> pl.Expr:
    """A decimal; a percentage as a share (`8%` is 0.08); what is none = null."""
    plain = text.str.replace_all(r"[\s,，￥¥元]", "")
    number = plain.str.strip_suffix("%").cast(DECIMAL, strict=False)
    return pl.when(plain.str.ends_with("%")).then((number / 100).cast(DECIMAL)).otherwise(number)


def written_day(text: pl.Expr) -> pl.Expr:
    """A calendar day; a month (2026-11) is its first day; what is none = null."""
    plain = text.str.strip_chars()
    month = pl.concat_str(plain.str.extract(_MONTH, 1), pl.lit("-"), plain.str.extract(_MONTH, 2), pl.lit("-01"))
    return pl.coalesce(
        *(plain.str.to_date(form, strict=False) for form in _DAYS), month.str.to_date("%Y-%m-%d", strict=False)
    )


def written_time(text: pl.Expr, zone: str) -> pl.Expr:
    """A moment in UTC from a clock time in `zone`; a day alone is its midnight; what is none = null."""
    plain = text.cast(pl.String).str.strip_chars()
    clock = [plain.str.to_datetime(form, strict=False, time_unit="us") for form in _TIMES]
    return midnight(pl.coalesce(*clock, written_day(plain).cast(pl.Datetime("us"))), zone)


def midnight(local: pl.Expr, zone: str) -> pl.Expr:
    """Clock times (or days) of `zone` as moments in UTC; of two possible moments the earlier, a skipped hour counts on."""
    naive = local.cast(pl.Datetime("us"))
    at = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = naive.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return pl.coalesce(at, later).dt.convert_time_zone("UTC")
