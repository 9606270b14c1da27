"""Lines of a benchmark: what was measured, beside which limit, and whether it holds the figure it must hold."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """`figure` in `unit`. `at_most` / `at_least` is what it must hold; None = shown beside, without a figure to hold.

    `beside` says what the same run measured for comparison (the bare engine, parsing alone, an fsync).
    """

    name: str
    figure: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""

    @property
    def held(self) -> bool | None:
        if self.at_least is not None:
            return self.figure >= self.at_least
        if self.at_most is not None:
            return self.figure <= self.at_most
        return None


@dataclass
class Report:
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(_text(line), flush=True)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @property
    def missed(self) -> list[Line]:
        return [line for line in self.lines if line.held is False]


def _text(line: Line) -> str:
    goal = (
        f"≥ {line.at_least:,.6g}"
        if line.at_least is not None
        else f"≤ {line.at_most:,.6g}"
        if line.at_most is not None
        else "—"
    )
    verdict = {True: "held", False: "MISSED", None: ""}[line.held]
    return f"{line.name:<74} {line.figure:>14,.6g} {line.unit:<12} {goal:<10} {verdict:<7} {line.beside}"
