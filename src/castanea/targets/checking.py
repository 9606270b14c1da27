"""What a target may hold, and numbers and days as people write them. Anything else is refused with its place and what is valid."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from castanea.contracts.target import CurveDay
from castanea.kit.errors import InputError
from castanea.targets.model import NewTarget

NAME, MOST_FILTERS, MOST_DAYS, MOST_VALUES = 120, 12, 1100, 500
_GREATEST = Decimal(10) ** 15
_PLAIN = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_TIMES = {"": 1, "万": 10_000, "亿": 100_000_000, "k": 1_000, "K": 1_000, "m": 1_000_000, "M": 1_000_000}
_MONTH = re.compile(r"(\d{4})[-/年](\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})[-/ ]?[qQ]([1-4])")


def wrong(field: str, given: str, valid: str, *, code: str = "target.bad_field") -> InputError:
    """`code`: the sentence that says what is wrong with `given`."""
    return InputError(
        f"{field}: “{given}” cannot stand here; valid: {valid}. Nothing was kept.",
        code=code,
        values={"field": field, "given": given, "valid": valid},
    )


def read_number(text: str, field: str = "value") -> Decimal:
    """A number as people write it: 1200000 · 1,200,000.50 · 120万 · 1.2m · ¥1,200 · 3.5% (0.035). Raises InputError when it can be read
    in two ways or in none."""
    told = "1200000, 1,200,000.50, 120万, 3.5%"
    body = text.strip().replace("，", ",").replace("−", "-")
    body = body.removeprefix("¥").removeprefix("￥").strip()
    percent = body.endswith(("%", "％"))
    body = body[:-1].strip() if percent else body
    times = body[-1:] if body[-1:] in _TIMES and body else ""
    body = body[: len(body) - len(times)].strip()
    if not _PLAIN.fullmatch(body) or (percent and times):
        raise wrong(field, text.strip()[:40], told, code="target.bad_number")
    try:
        value = Decimal(body.replace(",", "")) * _TIMES[times]
    except InvalidOperation as bad:
        raise wrong(field, text[:40], told, code="target.bad_number") from bad
    if abs(value) >= _GREATEST:
        raise wrong(field, text.strip()[:40], "< 10^15")
    return value / 100 if percent else value


def as_text(value: Decimal) -> str:
    """Without a exponent and without zeros at the end."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def read_day(text: str, field: str) -> date:
    """2026-11-01 or 2026/11/1. Raises InputError for anything else (1/11/2026 has two readings)."""
    found = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text.strip())
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise wrong(field, text.strip()[:40], "2026-11-01", code="target.bad_day")


def read_period(text: str) -> tuple[date, date]:
    """2026, 2026-11, 2026Q4, or 2026-11-01..2026-11-20: the first and the last day. Raises InputError."""
    body = text.strip()
    for mark in ("..", "…", "~", " to ", "至"):
        if mark in body:
            first, _, last = body.partition(mark)
            return read_day(first, "period"), read_day(last, "period")
    if re.fullmatch(r"\d{4}", body):
        return date(int(body), 1, 1), date(int(body), 12, 31)
    if found := _QUARTER.fullmatch(body):
        year, first_month = int(found[1]), int(found[2]) * 3 - 2
        return date(year, first_month, 1), date(year, first_month + 2, monthrange(year, first_month + 2)[1])
    if (found := _MONTH.fullmatch(body)) and 1 <= int(found[2]) <= 12:
        year, month = int(found[1]), int(found[2])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    raise wrong("period", body[:40], "2026, 2026-11, 2026Q4, 2026-11-01..2026-11-20", code="target.bad_period")


def check_target(new: NewTarget) -> NewTarget:
    """The target as it is kept. Raises InputError."""
    name = new.name.strip()
    if not 1 <= len(name) <= NAME:
        raise wrong("name", name[:40], f"1–{NAME}", code="target.bad_length")
    if new.until < new.since or (new.until - new.since).days >= MOST_DAYS:
        raise wrong("period", f"{new.since} – {new.until}", f"1–{MOST_DAYS}", code="target.bad_span")
    if len(new.where) > MOST_FILTERS or any(len(f.values) > MOST_VALUES for f in new.where):
        raise wrong(
            "where", "too many filters or values", f"up to {MOST_FILTERS} filters of up to {MOST_VALUES} values"
        )
    curve = check_curve(new) if new.shape == "given" else ()
    if curve:
        whole = sum((Decimal(each.value) for each in curve), Decimal(0))
        if new.value.strip() and read_number(new.value) != whole:
            raise wrong("value", new.value.strip()[:40], as_text(whole), code="target.other_sum")
        value = whole
    else:
        value = read_number(new.value)
    if value <= 0:
        raise wrong("value", as_text(value), "> 0")
    return replace(new, name=name, value=as_text(value), curve=curve, team=new.team[:32])


def check_curve(new: NewTarget) -> tuple[CurveDay, ...]:
    """A value for each day of the period. Raises InputError with the first day that is missing, twice, or outside."""
    days = {new.since + timedelta(days=n) for n in range((new.until - new.since).days + 1)}
    seen: dict[date, CurveDay] = {}
    for each in new.curve:
        if each.day not in days:
            raise wrong("curve", str(each.day), f"{new.since} – {new.until}", code="target.outside")
        if each.day in seen:
            raise wrong("curve", str(each.day), "1 ×", code="target.twice")
        value = read_number(each.value, f"curve {each.day}")
        if value < 0:
            raise wrong(f"curve {each.day}", as_text(value), "≥ 0")
        seen[each.day] = CurveDay(each.day, as_text(value))
    if missing := sorted(days - seen.keys()):
        raise wrong("curve", str(missing[0]), f"{new.since} – {new.until}", code="target.day_missing")
    return tuple(seen[day] for day in sorted(seen))
