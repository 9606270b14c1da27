"""What a rule may hold, and the typed condition that its words stand for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from castanea.alerts.conditions import Base, ChangeAgainst, Condition, OffPace, Reading, Threshold, Unusual
from castanea.alerts.states import Patience
from castanea.contracts.alert import Against, AlertReading, AlertRule, Watch
from castanea.contracts.query import Comparison
from castanea.kit.errors import InputError

MOST_MEMBERS, MOST_FILTERS, MOST_MINUTES = 200, 12, 7 * 24 * 60
COMPARED: dict[Against, Comparison] = {"yesterday": "yesterday", "same_weekday": "last_week", "last_year": "last_year"}
_GREATEST = Decimal(10) ** 15


def condition_of(watch: Watch) -> Condition:
    """Raises InputError for a figure that is missing or not one."""
    margin = _figure("margin", watch.margin or "0")
    if watch.kind == "threshold":
        return Threshold(watch.side, _figure("limit", watch.limit, signed=True), margin)
    if watch.kind == "silent":
        return Threshold("above", _figure("limit", watch.limit), margin)
    if watch.kind == "change":
        base: Base = "last_year" if watch.base == "last_year" else "same_weekday"
        return ChangeAgainst(base, watch.side, _figure("by", watch.by), margin)
    if watch.kind == "off_pace":
        return OffPace(_figure("by", watch.by), margin)
    return Unusual(watch.side)


def patience_of(rule: AlertRule) -> Patience:
    return Patience(timedelta(minutes=rule.lasting), timedelta(minutes=rule.calm))


def reading_of(read: AlertReading) -> Reading:
    figures = (None if text is None else Decimal(text) for text in (read.value, read.base, read.low, read.high))
    value, base, low, high = figures
    return Reading(read.at, value, base, low, high, read.unusual)


def check_rule(rule: AlertRule) -> AlertRule:
    """The rule as it is kept. Raises InputError, naming the field and what is valid."""
    title, watch = rule.title.strip(), rule.watch
    if not 1 <= len(title) <= 120:
        raise _wrong("title", f"{len(title)} characters", "1–120 characters")
    condition_of(watch)
    if watch.kind == "off_pace" and (not watch.target or rule.each):
        raise _wrong("target", watch.target or "none", "a target, for the whole of its scope (no members)")
    if watch.kind == "unusual" and rule.window not in ("yesterday", "hour"):
        raise _wrong("window", rule.window, "yesterday or hour: what is unusual is judged when its time is over")
    if watch.kind == "change" and rule.window in ("now", "week"):
        raise _wrong("window", rule.window, "today, yesterday or hour: those have an earlier time to be held against")
    if rule.volume and (rule.window == "now" or watch.kind not in ("threshold", "change")):
        raise _wrong("volume", rule.volume, "with a threshold or a change, over today, yesterday, week or hour")
    if rule.volume:
        _figure("least", rule.least)
    if rule.each and not 1 <= rule.most <= MOST_MEMBERS:
        raise _wrong("most", str(rule.most), f"1–{MOST_MEMBERS}")
    if len(rule.where) > MOST_FILTERS:
        raise _wrong("where", f"{len(rule.where)} filters", f"up to {MOST_FILTERS}")
    for name, minutes in (("lasting", rule.lasting), ("calm", rule.calm)):
        if not 0 <= minutes <= MOST_MINUTES:
            raise _wrong(name, str(minutes), f"0–{MOST_MINUTES} minutes")
    return replace(rule, title=title)


def _figure(field: str, text: str, *, signed: bool = False) -> Decimal:
    try:
        figure = Decimal(text.strip())
    except InvalidOperation:
        raise _wrong(field, text.strip()[:40] or "nothing", "a number such as 1200 or 0.2") from None
    if not figure.is_finite() or abs(figure) >= _GREATEST or (figure < 0 and not signed):
        raise _wrong(field, text.strip()[:40], "a number" if signed else "a number of 0 or more")
    return figure


def _wrong(field: str, found: str, valid: str) -> InputError:
    return InputError(
        f"{field} of the rule is {found}; valid: {valid}. Nothing was kept.",
        code="alerts.bad_field",
        values={"field": field, "found": found, "valid": valid},
    )
