"""An unknown table: each column's concept guessed from its name and checked by its content; every guess can be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from castanea.cleaning.cells import unguarded
from castanea.cleaning.choosing import Fit, fit_mapping
from castanea.contracts.mappings import parse_mapping, shipped_data
from castanea.contracts.mappings.spelling import plain_name
from castanea.kit.errors import InputError

_SURE, _PART = 0.95, 0.7


@dataclass(frozen=True)
class Guess:
    """A column of the file and what it was taken for; `confidence` 0–1, from its name and its content."""

    column: str
    concept: str
    confidence: float


def kinds() -> tuple[str, ...]:
    return tuple(shipped_data("concepts")["kinds"])


def guess_mapping(
    header: Sequence[str], sample: pl.DataFrame, kind: str = "", given: Mapping[str, str] | None = None
) -> tuple[Fit, tuple[Guess, ...]]:
    """The mapping that the columns' names and contents speak for. `given`: concept → the file's column where somebody said it, "" = none.

    Raises InputError where they speak for none.
    """
    data = shipped_data("concepts")
    guesses = _said(_guesses(header, sample, data["concepts"]), given or {})
    found = {guess.concept for guess in guesses}
    best: tuple[float, str] | None = None
    for name, rule in data["kinds"].items():
        anyof = rule.get("any", [])
        if (kind and name != kind) or not set(rule["needs"]) <= found or (anyof and not found & set(anyof)):
            continue
        used = len(found & _used(rule))
        if best is None or used > best[0]:
            best = (used, name)
    if best is None:
        needs = "; ".join(f"{name} needs {', '.join(rule['needs'])}" for name, rule in data["kinds"].items())
        raise InputError(
            f"no known format, and the columns ({', '.join(header)}) do not say what the rows are: {needs}. "
            "Rename the columns, or write a mapping (docs/how-to/import-a-file.md)",
            code="import.unknown_format",
        )
    text = _as_yaml(best[1], data["kinds"][best[1]], data["concepts"], guesses)
    mapping = parse_mapping(text, "guessed mapping")
    fit = fit_mapping(mapping, header, sample)
    used_concepts = _used(data["kinds"][best[1]])
    confidence = min((g.confidence for g in guesses if g.concept in data["kinds"][best[1]]["needs"]), default=0.0)
    return Fit(mapping, fit.places, round(confidence * 0.8, 3)), tuple(g for g in guesses if g.concept in used_concepts)


def _said(guesses: tuple[Guess, ...], given: Mapping[str, str]) -> tuple[Guess, ...]:
    """The guesses, but for what somebody said: what was said is certain, and its columns stand for nothing else."""
    taken = set(given.values())
    kept = [guess for guess in guesses if guess.concept not in given and guess.column not in taken]
    return (*kept, *(Guess(column, concept, 1.0) for concept, column in given.items() if column))


def _guesses(header: Sequence[str], sample: pl.DataFrame, concepts: dict[str, Any]) -> tuple[Guess, ...]:
    """At most one column per concept, the most likely one; a column may stand for several concepts (a date for a day and a time)."""
    best: dict[str, Guess] = {}
    for concept, rule in concepts.items():
        spellings = [plain_name(name) for name in (concept, *rule["names"])]
        for index, name in enumerate(header):
            by_name = _name_score(plain_name(name), spellings)
            if not by_name:
                continue
            score = round(by_name * _content_score(sample[f"c{index}"], rule["type"]), 3)
            if score > 0.4 and (concept not in best or score > best[concept].confidence):
                best[concept] = Guess(name, concept, score)
    return tuple(best.values())


def _name_score(name: str, spellings: Sequence[str]) -> float:
    if name in spellings:
        return 1.0 - 0.01 * min(spellings.index(name), 20)
    return _PART if any(len(s) >= 4 and (name.endswith(s) or name.startswith(s)) for s in spellings) else 0.0


def _content_score(sample: pl.Series, kind: str) -> float:
    cells = unguarded(sample).drop_nulls()
    if cells.is_empty():
        return _SURE
    patterns = {
        "number": r"^[\s￥¥$£€(+-]*\d[\d.,\s]*[万元)%件]*$",
        "time": r"\d{2,4}.*\d|^\d{10,16}$",
        "date": r"\d{2,4}.*\d",
    }
    if kind not in patterns:
        return 1.0
    return float(cells.str.contains(patterns[kind]).mean() or 0)  # type: ignore[arg-type]


def _used(rule: dict[str, Any]) -> set[str]:
    """The concepts that a kind's rules can use."""
    text = yaml.safe_dump(rule)
    return {concept for concept in shipped_data("concepts")["concepts"] if concept in text}


def _as_yaml(kind: str, rule: dict[str, Any], concepts: dict[str, Any], guesses: Sequence[Guess]) -> str:
    """The guess as a mapping that can be kept and mended. Columns not found are declared and stay empty."""
    names = {guess.concept: guess.column for guess in guesses}
    taken: set[str] = set()
    columns = {}
    for concept, declared in concepts.items():
        column: dict[str, Any] = {"type": declared["type"]}
        if (
            concept in names
            and concept in _used(rule) | {"currency", "shop", "updated_at"}
            and names[concept] not in taken
        ):
            column["names"] = [names[concept]]
            taken.add(names[concept])
        columns[concept] = column
    mapping = {
        "format": f"generic_{kind}", "label": {"en": f"Guessed: {kind}", "zh-CN": f"推断：{kind}"}, "kind": kind, "columns": columns,
        "define": rule.get("define", {}), "rows": rule["rows"], "also": rule.get("also", []),
        "currency_from": "currency", "shop_from": "shop", "version_from": "updated_at",
    }  # fmt: skip
    return yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
