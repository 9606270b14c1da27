"""Boards and tiles as data (YAML in `boards/ready/` and in a workspace), and what is pushed to the browser.

The browser draws a tile from its `TileSpec` (how) and its newest `TilePayload` (what). All numbers in a payload come from answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from castanea.contracts.query import Answer, Comparison, Filter, Query, TimeRange

TileKind = Literal[
    "hero", "number", "strip", "line", "columns", "combo", "bars", "table", "rows", "provinces", "heatmap", "donut",
    "waterfall", "funnel", "cohort", "scatter", "calendar", "treemap", "rate", "feed", "text",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """On the 12-column grid; rows are 40 px + gap."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class TileSpec:
    """`queries` maps a role to a question: most tiles have only `main`; a hero has `main`, `curve`, `usual`.

    A query without a time range takes the board's; without a comparison, the board's when `follow` is true. A tile of kind `text` asks
    nothing. `needs`: without rows in at least one table of each group the tile has nothing to show and says what to import. `takes`: the dimensions of the
    view's filters that apply to it (stock knows no channel); None = all.
    """

    id: str
    kind: TileKind
    title: dict[str, str]
    place: Place
    queries: dict[str, Query]
    follow: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    takes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class BoardSpec:
    """`subject`: the dimension of which the board shows one member, chosen by the view's filter (a page per product)."""

    id: str
    title: dict[str, str]
    tiles: tuple[TileSpec, ...]
    time: TimeRange
    compare: Comparison | None
    filters: tuple[str, ...] = ()  # dimensions offered as pills
    live: bool = True
    wall: bool = False
    version: int = 1
    questions: tuple[dict[str, str], ...] = ()
    subject: str = ""


@dataclass(frozen=True)
class View:
    """A board as somebody looks at it: two viewers with equal views and rights share one computation.

    `time` and `compare`: None = the board's own; `compare` "none" = no comparison. `spec`: the board itself, where it is not a ready-made
    one (people's own boards, and a board while it is edited)."""

    board: str
    time: TimeRange | None = None
    compare: Comparison | Literal["none"] | None = None
    where: tuple[Filter, ...] = ()
    spec: BoardSpec | None = None


@dataclass(frozen=True)
class Freshness:
    """`state`: live (the last event is under a minute old) · quiet (minutes, not late) · late (later than the source's habit) ·
    stopped (no data for far longer) · loading (older history still loads) · rebuilding."""

    state: Literal["live", "quiet", "late", "stopped", "loading", "rebuilding"]
    as_of: datetime | None
    since: datetime | None = None
    source: str = ""
    share: float | None = None


@dataclass(frozen=True)
class TilePayload:
    """`state`: ok · empty (no rows in scope) · no_data (nothing was ever imported; `problem.needs` says what would bring it) ·
    error (what failed is in `problem`) · not_enough · no_permission.

    `extra` holds what else the tile's kind needs: hero `pace` (forecast of the day with its range), strip `parts` (each factor's part
    of the change; they add up), waterfall `rest`, funnel `rates`, and for tiles by day `festivals`."""

    tile: str
    state: Literal["ok", "empty", "no_data", "error", "not_enough", "no_permission"]
    answers: dict[str, Answer]
    freshness: Freshness
    extra: dict[str, Any] = field(default_factory=dict)
    problem: dict[str, Any] | None = None


@dataclass(frozen=True)
class Frame:
    """All tiles of a view that changed in one tick; serialised once, the same bytes to all its viewers."""

    view: str
    sequence: int
    at: datetime
    tiles: tuple[TilePayload, ...]
