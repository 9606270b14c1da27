"""Lines of the benchmark of the analyses: what we reach on public or planted data, beside a naive way and the published reference."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
SLOWEST = 300.0  # seconds of processor time that a case may take


class Skipped(Exception):
    """A case cannot be measured here; the text says why."""


@dataclass(frozen=True)
class Figure:
    """What a line must hold: at least `low`, at most `high`, or both. None on both sides: shown beside, nothing to hold."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low, high = (None if edge is None else number(edge) for edge in (self.low, self.high))
        if low is not None and high is not None:
            return f"{low} … {high}"
        return f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else "-"


def at_least(value: float) -> Figure:
    return Figure(low=value)


def at_most(value: float) -> Figure:
    return Figure(high=value)


def between(low: float, high: float) -> Figure:
    return Figure(low, high)


SHOWN = Figure()


@dataclass(frozen=True)
class Line:
    """`ours` beside the naive baseline and the published reference, where there are any. `seconds` of processor time; the frame fills in
    those of the whole case where a line has none of its own."""

    dataset: str
    metric: str
    ours: float
    naive: float | None = None
    reference: float | None = None
    figure: Figure = SHOWN
    seconds: float | None = None

    @property
    def missed(self) -> bool:
        return not self.figure.holds(self.ours)


Case = Callable[[], Sequence[Line]]


def data(*parts: str) -> Path:
    """A file or folder of the public data. Raises Skipped where it is absent."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        raise Skipped(f"{'/'.join(parts)} is absent; set CASTANEA_TEST_DATA to the folder of public data")
    return path


def number(value: float | None) -> str:
    """Six digits that mean something."""
    return "-" if value is None else f"{value:,.6g}"


def measured(case: Case) -> list[Line]:
    """The lines of a case, each with its processor time (children included). Raises Skipped."""
    begin = _processor()
    lines = list(case())
    spent = _processor() - begin
    return [line if line.seconds is not None else replace(line, seconds=spent) for line in lines]


def chosen(modules: Mapping[str, Mapping[str, Case]], asked: Sequence[str]) -> list[tuple[str, str, Case]]:
    """The cases asked for, by the names of modules, of cases, or both ("forecast m3"). Raises KeyError with what there is."""
    known = {*modules, *(name for cases in modules.values() for name in cases)}
    strange = [word for word in asked if word not in known]
    if strange:
        told = "; ".join(f"{module}: {', '.join(cases)}" for module, cases in modules.items())
        raise KeyError(f"no case {', '.join(strange)}; there are {told}")
    rooms = [word for word in asked if word in modules]
    names = [word for word in asked if word not in modules]
    return [
        (module, name, case)
        for module, cases in modules.items()
        if not rooms or module in rooms
        for name, case in cases.items()
        if not names or name in names
    ]


def _processor() -> float:
    own = os.times()
    return time.process_time() + own.children_user + own.children_system
