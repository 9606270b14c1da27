"""How fresh a number is, in words the tile can say."""

from __future__ import annotations

from datetime import datetime, timedelta

from castanea.contracts.board import Freshness
from castanea.contracts.query import Period
from castanea.contracts.warehouse import LoadState

LIVE = timedelta(minutes=1)
QUIET = timedelta(minutes=15)
LATE = timedelta(hours=2)
BEHIND = 20_000  # rows that wait before a board says that older data still load


def freshness_of(
    as_of: datetime | None, period: Period | None, state: LoadState, rows_waiting: int, now: datetime
) -> Freshness:
    """A period that is over cannot be late: what is known of it is all there is to come."""
    if state.rebuilding is not None:
        return Freshness("rebuilding", as_of, share=round(state.rebuilding, 3))
    running = period is None or not period.complete
    if as_of is None or not running:
        return Freshness("loading" if rows_waiting > BEHIND else "quiet", as_of)
    age = now - as_of
    if age < LIVE:
        return Freshness("live", as_of)
    if rows_waiting > BEHIND:
        return Freshness("loading", as_of)
    if age < QUIET:
        return Freshness("quiet", as_of)
    return Freshness("late" if age < LATE else "stopped", as_of, since=as_of)
