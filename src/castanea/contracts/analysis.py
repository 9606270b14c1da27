"""An analysis of what the warehouse holds: what may be asked, what was asked, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from castanea.contracts.query import Filter

AnalysisGroup = Literal["describe", "diagnose", "predict", "prescribe"]
FieldKind = Literal["metric", "dimension", "dimensions", "whole", "share", "choice"]
AnalysisState = Literal["queued", "asking", "computing", "done", "failed", "cancelled", "interrupted"]
MOST_ROWS = 5_000  # of a kept result


@dataclass(frozen=True)
class AnalysisField:
    """One thing that the reader chooses, as text. `choices`: the valid words; of a metric or dimension empty = any that the catalogue
    offers. `least` and `most` bound numbers; several names are joined by commas."""

    name: str
    kind: FieldKind
    default: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class AnalysisOffer:
    """An analysis that the warehouse can feed. `needs`: metrics without whose values there is nothing to analyse; `lacking`: those of
    them that have none in the last 400 days or that the reader may not see; `bring`: canonical tables to import when they lack."""

    command: str
    group: AnalysisGroup
    fields: tuple[AnalysisField, ...]
    needs: tuple[str, ...]
    bring: tuple[str, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnalysisWish:
    """What is asked: the analysis, its scope, and its fields by name (the others take their default)."""

    command: str
    where: tuple[Filter, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AnalysisRefusal:
    code: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AnalysisJob:
    """`asked`: questions to the warehouse so far; `verdict`: ok or not_enough_data once it is done. `interrupted`: the server ended
    meanwhile; run it again."""

    id: str
    wish: AnalysisWish
    state: AnalysisState
    by: str
    at: datetime
    asked: int = 0
    seconds: float = 0.0
    verdict: str = ""
    refused: AnalysisRefusal | None = None


@dataclass(frozen=True)
class AnalysisWarning:
    code: str
    message: str


@dataclass(frozen=True)
class AnalysisResult:
    """`status` to `rows` as `castanea analyze --json` says them of the same table; `table` holds the rows under `columns` (the first 5,000
    of `rows`), `tree` stands for it where the answer is no table. `words`: the answer in a paragraph per language. `names`: of members, by
    code. `unit` and `currency` of `metric`. `fed`: rows of the table that was analysed; `quality` (0–100) of the answers it was made
    of, `as_of` their newest row."""

    status: Literal["ok", "not_enough_data"]
    method: str
    summary: dict[str, Any]
    warnings: tuple[AnalysisWarning, ...]
    words: dict[str, str]
    columns: tuple[str, ...]
    table: tuple[tuple[str | int | float | bool | None, ...], ...]
    rows: int
    missing: str = ""
    needed: str = ""
    fallback: str = ""
    tree: Any = None
    names: dict[str, str] = field(default_factory=dict)
    metric: str = ""
    unit: str = ""
    currency: str | None = None
    fed: int = 0
    quality: int = 100
    as_of: str | None = None
