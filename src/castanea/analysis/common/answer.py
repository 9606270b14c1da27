"""The form of every answer: a table, a summary, what to be careful about, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import polars as pl

DIGITS = 11


@dataclass(frozen=True)
class Warned:
    """Something that the reader should know before using the answer. `message` is English; `code` is stable."""

    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    """`table` has the contract's columns first; `tree` stands for it where the contract asks for JSON. `words`: one paragraph per
    language. With status `not_enough_data`, `missing`, `needed` and `fallback` say what is missing, how much more, and what was done
    instead. `exact`: its sums do not depend on the order of rows, so that no digit needs to go."""

    method: str
    table: pl.DataFrame
    summary: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Warned] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    status: Literal["ok", "not_enough_data"] = "ok"
    missing: str = ""
    needed: str = ""
    fallback: str = ""
    tree: Any = None
    exact: bool = False

    def __post_init__(self) -> None:
        floats = [n for n, kind in self.table.schema.items() if kind.is_float()]
        bad = [n for n in floats if not self.table[n].drop_nulls().is_finite().all()]
        bad += [
            f"summary.{name}"
            for name, value in self.summary.items()
            if isinstance(value, float) and not math.isfinite(value)
        ]
        if bad:
            raise AssertionError(f"{self.method} gave a number that is none in {', '.join(bad)}")


def settled(answer: Answer) -> Answer:
    """The answer to as many digits as floating-point sums hold whatever the order of the rows and the number of cores."""
    if answer.exact:
        return answer
    floats = [n for n, kind in answer.table.schema.items() if kind.is_float()]
    table = answer.table.with_columns(pl.col(n).round_sig_figs(DIGITS) for n in floats)
    return replace(answer, table=table, summary=_rounded(answer.summary), tree=_rounded(answer.tree))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    return value


def not_enough(method: str, missing: str, needed: str, fallback: str, zh: str, en: str) -> Answer:
    """The typed answer to too little data: no number rather than a wrong one."""
    return Answer(method, pl.DataFrame(), {}, (), {"zh": zh, "en": en}, "not_enough_data", missing, needed, fallback)
