"""Why a number changed: evidence for its causes; effects by region; campaigns before they run.

`why` is what other rooms call: tables in, ranked causes with their evidence out. It imports its libraries when it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from castanea.analysis.causes.kinds import CLASS_WORDS, CLASSES, KINDS, Kind, kind_of

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Deviation:
    """What is to be explained. `where`: dimension → value, empty = everywhere. `begin` … `end`, both included, in the series' own time
    (dates as datetimes at midnight: the whole of the last day counts; whole numbers where the series count their times).
    `deviation`: actual − expected, of which the sign counts. `relative`: the same as a share of what was expected, where it is known.
    `metric`: the number's name, which says whether more is better and what moves it; empty = taken for sales."""

    where: Mapping[str, str]
    begin: datetime | int
    end: datetime | int
    deviation: float = -1.0
    relative: float | None = None
    metric: str = ""


@dataclass(frozen=True)
class Evidence:
    """One series or event that speaks for a cause, or that was looked at. `kind` as named in the file, `scope` its columns' values.

    `score`: log odds that it brings (natural logarithm, above 0 = for the cause). `before`, `during`: the series' usual value and its mean
    in the time, in its own unit. `since`: when it moved. `times` and `values` are the series around the time, for a small chart.
    `compared`: how many like series outside of the scope were held against it. `text`: the same in words, `zh` and `en`."""

    kind: str
    cause_class: str
    scope: Mapping[str, str]
    score: float
    before: float | None
    during: float | None
    since: datetime | int | None
    compared: int
    text: Mapping[str, str]
    times: Sequence[datetime | int] = ()
    values: Sequence[float | None] = ()
    tried: bool = False


@dataclass(frozen=True)
class RankedCause:
    """`probability`: of all classes they sum to one. `grade`: tested (an experiment), likely (timing, and others outside did not move),
    coincides (timing only), empty where nothing speaks for it."""

    cause_class: str
    probability: float
    grade: str
    evidence: Sequence[Evidence] = field(default_factory=tuple)


@dataclass(frozen=True)
class Why:
    """`causes`: all seven classes, likeliest first. `words`: one paragraph per language. `unread`: kinds that nobody could read;
    `without`: classes for which there was nothing to look at."""

    causes: Sequence[RankedCause]
    words: Mapping[str, str]
    unread: Sequence[str]
    without: Sequence[str]


def why(series: pl.DataFrame, deviation: Deviation, events: pl.DataFrame | None = None) -> Why:
    """Which class of cause explains a deviation best, with "unknown" a possible answer.

    `series`: columns time, kind, value, and any scope columns (product, channel, device …; empty = all of it); all kinds together, one row
    per kind, scope and time, from some weeks before the deviation on. Names of kinds: `KINDS`, or anything like them (`kind_of`).
    `events`: time, kind, text, and scope columns. Pure: no I/O, same tables, same answer; well under a second for 100,000 rows.
    Raises InputError for columns that are missing or unreadable, NotEnough (a LookupError) with less than 8 times before the deviation."""
    from castanea.analysis.causes.evidence import ranked

    return ranked(series, deviation, events)


class NotEnough(LookupError):
    """Too little past to say what is usual."""


__all__ = [
    "CLASSES",
    "CLASS_WORDS",
    "KINDS",
    "Deviation",
    "Evidence",
    "Kind",
    "NotEnough",
    "RankedCause",
    "Why",
    "kind_of",
    "why",
]
