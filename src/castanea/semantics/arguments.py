"""A query from the words of a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from castanea.contracts.query import COMPARISONS, Comparison, Filter, Order, Query, TimeRange
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

_CONDITION = re.compile(r"\s*([^=!~]+?)\s*(!=|=|~)\s*(.*)", re.DOTALL)
_LAST = re.compile(r"\d{1,5} ?(min|h|d|w|m|y)")


def query_from_arguments(
    metrics: str,
    by: str = "",
    *,
    since: str = "",
    until: str = "",
    last: str = "",
    time: str = "",
    where: Sequence[str] = (),
    compare: str = "",
    order: str = "",
    limit: int | None = None,
    totals: bool = False,
    zone: str = "",
) -> Query:
    """`metrics`, `by` and `order` are divided by commas (`-net_sales` or `net_sales desc` orders downwards); `last` is `30d`, `12m`,
    `60min`; `time` a relative range such as `today`; a condition is `channel=jd`, `channel=jd|tmall`, `channel!=jd`, `city=` (empty).

    Raises InputError with the valid forms.
    """
    if sum(map(bool, (last, time, since or until))) > 1:
        raise InputError("give one time range: --last, --time, or --from with --until.", code="query.time")
    if last and not _LAST.fullmatch(last.strip()):
        raise InputError(f"--last {last!r} is no length; use 30d, 8w, 12m, 2y, 24h or 60min.", code="query.time")
    span = TimeRange(f"last {last.strip()}" if last else time, _day(since, "--from"), _day(until, "--until"))
    return Query(
        metrics=_words(metrics),
        by=_words(by),
        where=tuple(map(_condition, where)),
        time=span,
        compare=_comparison(compare),
        order=tuple(map(_order, _words(order))),
        limit=limit,
        totals=totals,
        zone=zone,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in re.split("[,，]", text) if word.strip())


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {text!r} is no day; write it as 2026-11-20.", code="query.day") from error


def _condition(text: str) -> Filter:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise InputError(
            f"--where {text!r} is no condition; write channel=jd, channel=jd|tmall, channel!=jd, or city= for an empty one.",
            code="query.where",
        )
    name, sign, value = found[1], found[2], found[3].strip()
    values = tuple(v.strip() for v in value.split("|"))
    if values == ("",):
        return Filter(name, "is_not_empty" if sign == "!=" else "is_empty")
    if len(values) == 1:
        return Filter(name, "!=" if sign == "!=" else "=", values)
    return Filter(name, "not_in" if sign == "!=" else "in", values)


def _comparison(text: str) -> Comparison | None:
    if not text:
        return None
    for name in COMPARISONS:
        if text.replace("-", "_") == name:
            return name  # type: ignore[return-value]
    raise InputError(
        f"--compare {text!r} is unknown{nearest(text, COMPARISONS).hint}; valid: {', '.join(COMPARISONS)}.",
        code="query.comparison",
    )


def _order(text: str) -> Order:
    words = text.split()
    if len(words) == 2 and words[1] in ("asc", "desc"):
        return Order(words[0], words[1] == "desc")
    return Order(text.removeprefix("-"), text.startswith("-"))
