"""Identities over the file decide between the meanings of a column, and are counted over every row."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from castanea.cleaning.expressions import Compiler
from castanea.contracts.mappings import Check, Choice, Mapping, Meaning


@dataclass
class Finding:
    """How often a meaning or check held. `rows`: rows it speaks of; `telling`: rows in which the choices differ, or `rows` for a check."""

    name: str
    rows: int = 0
    telling: int = 0
    held: dict[str, int] = field(default_factory=dict)
    taken: str = ""
    says: dict[str, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of rows in which what was taken holds; 1 where there are none."""
        return self.held.get(self.taken, 0) / self.rows if self.rows else 1.0

    def sentence(self, language: str = "en") -> str:
        held = self.held.get(self.taken, 0)
        text = self.says.get(language) or self.says.get("en", self.taken)
        if language.startswith("zh"):
            return f"{text}（{self.rows:,} 行中有 {held:,} 行成立）"
        return f"{text} (holds in {'all' if held == self.rows else f'{held:,} of'} {self.rows:,} rows)"


class Meanings:
    """Decides once, from the sample or the first rows; counts over all rows."""

    def __init__(self, mapping: Mapping, compiler: Compiler) -> None:
        self._mapping, self._compiler = mapping, compiler
        self.findings = {m.name: Finding(m.name) for m in mapping.meanings}
        self.checks = {c.name: Finding(c.name, taken=c.name, says=c.says) for c in mapping.checks}
        self.chosen: dict[str, Choice] = {}

    def decide(self, frame: pl.DataFrame) -> bool:
        """Choose by the telling rows of `frame` (typed and defined). False where it has none and the first choice was taken."""
        told = True
        for meaning in self._mapping.meanings:
            counts = self._counts(meaning, frame)
            telling = counts["telling"]
            best = (
                max(meaning.choices, key=lambda choice: counts[f"telling_{choice.name}"])
                if telling
                else meaning.choices[0]
            )
            told = told and bool(telling)
            self.chosen[meaning.name] = best
            self.findings[meaning.name].taken, self.findings[meaning.name].says = best.name, best.says
        return told

    def defined(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the names that the chosen meanings define."""
        for choice in self.chosen.values():
            frame = frame.with_columns(self._compiler.value(value).alias(name) for name, value in choice.define.items())
        return frame

    def count(self, frame: pl.DataFrame) -> None:
        """Count the rows of a chunk in which each identity holds."""
        for meaning in self._mapping.meanings:
            counts, finding = self._counts(meaning, frame), self.findings[meaning.name]
            finding.rows += counts["rows"]
            finding.telling += counts["telling"]
            for choice in meaning.choices:
                finding.held[choice.name] = finding.held.get(choice.name, 0) + counts[choice.name]
        for check in self._mapping.checks:
            self._count_check(check, frame)

    def contradicted(self) -> list[Finding]:
        """Meanings that another choice explains better over the whole file than the one that was taken."""
        return [f for f in self.findings.values() if f.held and f.held.get(f.taken, 0) < max(f.held.values())]

    def _counts(self, meaning: Meaning, frame: pl.DataFrame) -> dict[str, int]:
        every = pl.col("_row").is_not_null()  # a literal condition alone would give one row
        among = every & self._compiler.condition(meaning.among)
        telling = among & self._compiler.condition(meaning.telling)
        masks = {"rows": among, "telling": telling}
        for choice in meaning.choices:
            test = self._compiler.condition(choice.test)
            masks |= {choice.name: among & test, f"telling_{choice.name}": telling & test}
        row = frame.select(mask.sum().alias(name) for name, mask in masks.items()).row(0, named=True)
        return {name: int(value) for name, value in row.items()}

    def _count_check(self, check: Check, frame: pl.DataFrame) -> None:
        among, finding = pl.col("_row").is_not_null() & self._compiler.condition(check.among), self.checks[check.name]
        rows, held = frame.select(rows=among.sum(), held=(among & self._compiler.condition(check.test)).sum()).row(0)
        finding.rows += int(rows)
        finding.held[check.name] = finding.held.get(check.name, 0) + int(held)
