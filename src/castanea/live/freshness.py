"""How fresh a number is, in words the tile can say."""

from __future__ import annotations

from datetime import datetime, timedelta

from castanea.contracts.board import Freshness
from castanea.contracts.query import Period
from castanea.contracts.warehouse import LoadState
from castanea.live.habits import Silence

LIVE = timedelta(minutes=1)
BEHIND = 20_000  # rows that wait before a board says that older data still load


def freshness_of(
    as_of: datetime | None,
    period: Period | None,
    state: LoadState,
    rows_waiting: int,
    now: datetime,
    silence: Silence | None,
) -> Freshness:
    """`silence`: a source behind the number that is silent for longer than its habit.

    A period that is over cannot be late: what is known of it is all there is to come.
    """
    if state.rebuilding is not None:
        return Freshness("rebuilding", as_of, share=round(state.rebuilding, 3))
    if rows_waiting > BEHIND:
        return Freshness("loading", as_of)
    running = period is None or not period.complete
    if as_of is None or not running:
        return Freshness("quiet", as_of)
    if silence is not None:
        return Freshness(silence.level, as_of, since=silence.since, source=silence.source)
    return Freshness("live" if now - as_of < LIVE else "quiet", as_of)
