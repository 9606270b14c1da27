"""Quiet times: when no message is made. Alerts fire all the same, and what is still open afterwards is told then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from castanea.alerts.model import Alert
from castanea.contracts.channel import Silence, SilenceTerms
from castanea.kit.clock import Clock
from castanea.kit.errors import InputError, NotFound
from castanea.state import AlertSilence, Database

MOST = 100
DAY = 1440


class Silences:
    """All methods block. `zone`: the workspace's, in which days and minutes are meant."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self.zone = database, clock, zone

    def all(self) -> list[Silence]:
        """By first day, those that are past last."""
        local = self._clock.now().astimezone(self.zone)
        with self._database.read() as session:
            rows = session.scalars(select(AlertSilence)).all()
        told = [(row, msgspec.convert(row.content, SilenceTerms)) for row in rows]
        told.sort(
            key=lambda each: (
                bool(each[1].last) and each[1].last < local.date().isoformat(),
                each[1].first,
                each[1].title,
            )
        )
        return [Silence(row.id, terms, row.created_at, row.created_by, holds(terms, local)) for row, terms in told]

    def make(self, terms: SilenceTerms, by: str) -> Silence:
        """Raises InputError."""
        terms = _checked(terms)
        with self._database.write() as session:
            if (session.scalar(select(func.count()).select_from(AlertSilence)) or 0) >= MOST:
                raise InputError(
                    f"there are {MOST} quiet times already; take one away first",
                    code="channels.too_many",
                    values={"most": MOST},
                )
            row = AlertSilence(
                id=uuid4().hex, content=msgspec.to_builtins(terms), created_at=self._clock.now(), created_by=by
            )
            session.add(row)
        return Silence(row.id, terms, row.created_at, by, holds(terms, self._clock.now().astimezone(self.zone)))

    def remove(self, number: str) -> None:
        """Raises NotFound."""
        with self._database.write() as session:
            row = session.get(AlertSilence, number)
            if row is None:
                raise NotFound(f"there is no quiet time {number!r}", code="channels.none", values={"channel": number})
            session.delete(row)


def holds(terms: SilenceTerms, local: datetime) -> bool:
    """Whether a time of the workspace's zone lies in it. After midnight, what goes over it belongs to the day on which it began."""
    minute = local.hour * 60 + local.minute
    over = terms.end <= terms.begin
    if over and minute < terms.end:
        day = local.date() - timedelta(days=1)
    elif (over and minute >= terms.begin) or (not over and terms.begin <= minute < terms.end):
        day = local.date()
    else:
        return False
    named = day.isoformat()
    if (terms.first and named < terms.first) or (terms.last and named > terms.last):
        return False
    return not terms.weekdays or day.isoweekday() in terms.weekdays


def silenced(silences: list[SilenceTerms], alert: Alert, local: datetime) -> bool:
    """Whether nobody is told of an alert now."""
    return any(
        holds(terms, local)
        and (not terms.rules or alert.rule.id in terms.rules)
        and (terms.critical or alert.rule.severity != "critical")
        for terms in silences
    )


def _checked(terms: SilenceTerms) -> SilenceTerms:
    if not 1 <= len(terms.title.strip()) <= 80:
        raise _wrong("title", f"{len(terms.title.strip())} characters", "1–80 characters")
    for name, day in (("first", terms.first), ("last", terms.last)):
        try:
            if day and date.fromisoformat(day).isoformat() != day:
                raise ValueError
        except ValueError:
            raise _wrong(name, day[:20], "a day such as 2026-11-11, or nothing") from None
    if terms.first and terms.last and terms.last < terms.first:
        raise _wrong("last", terms.last, f"{terms.first} or a later day")
    if not (0 <= terms.begin < DAY and 0 < terms.end <= DAY):
        raise _wrong("begin", f"{terms.begin}–{terms.end}", "minutes of a day, 0–1440")
    if any(not 1 <= day <= 7 for day in terms.weekdays):
        raise _wrong("weekdays", str(list(terms.weekdays)), "1 (Monday) to 7 (Sunday)")
    return SilenceTerms(**{**{f: getattr(terms, f) for f in terms.__dataclass_fields__}, "title": terms.title.strip()})


def _wrong(field: str, found: str, valid: str) -> InputError:
    return InputError(
        f"{field} of the quiet time is {found}; valid: {valid}. Nothing was kept.",
        code="channels.bad_field", values={"field": field, "found": found, "valid": valid},
    )  # fmt: skip
