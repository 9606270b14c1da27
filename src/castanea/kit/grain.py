"""Time grains on the wall clock: where a bucket begins, where the next one does, what it is called, how far apart periods lie."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

FINE = ("minute", "quarter_hour", "hour")
COARSE = ("day", "week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def floor(local: datetime, grain: str, week_start: int = 1) -> datetime:
    """The naive local start of the bucket that holds a naive local time. `week_start` is 1 (Monday) … 7."""
    if grain == "minute":
        return local.replace(second=0, microsecond=0)
    if grain == "quarter_hour":
        return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    if grain == "hour":
        return local.replace(minute=0, second=0, microsecond=0)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=(day.isoweekday() - week_start) % 7)
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    raise ValueError(f"{grain!r} is no grain; the grains are {', '.join((*FINE, *COARSE))}")


def following(start: datetime, grain: str) -> datetime:
    """The start of the next bucket, for the start of a bucket of day or coarser."""
    if grain == "day":
        return start + timedelta(days=1)
    if grain == "week":
        return start + timedelta(days=7)
    return add_months(start, _MONTHS[grain])


def add_months(local: datetime, months: int) -> datetime:
    """The same day and clock time so many months later, or the month's last day when it is shorter."""
    month = local.year * 12 + local.month - 1 + months
    year, index = divmod(month, 12)
    return local.replace(year=year, month=index + 1, day=min(local.day, calendar.monthrange(year, index + 1)[1]))


def label(start: date, grain: str) -> str:
    """What a bucket of day or coarser is called: `2010-12-01`, `2010-W48`, `2010-12`, `2010-Q4`, `2010`.

    A week that does not begin on Monday bears the ISO number of most of its days.
    """
    if grain == "day":
        return start.isoformat()
    if grain == "week":
        year, week, _ = (start + timedelta(days=3)).isocalendar()
        return f"{year}-W{week:02d}"
    if grain == "month":
        return f"{start.year:04d}-{start.month:02d}"
    if grain == "quarter":
        return f"{start.year:04d}-Q{(start.month + 2) // 3}"
    return f"{start.year:04d}"


@dataclass(frozen=True)
class Shift:
    """How far an earlier period lies before the present one on the wall clock: whole days or whole months."""

    days: int = 0
    months: int = 0

    def back(self, local: datetime) -> datetime:
        return add_months(local, -self.months) - timedelta(days=self.days)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())
