"""The words that a sentence may hold, each with what it may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from castanea.kit.yaml_reading import load_yaml
from castanea.semantics.catalog import Catalog

Kind = Literal["metric", "dimension", "grain", "member", "by", "without", "trend", "best", "worst", "filler"]
Members = Mapping[str, tuple[str, str]]  # a member's word → dimension, member


@dataclass(frozen=True)
class Meaning:
    """`names`: metrics (the likeliest first), the dimension or grain, or (dimension, member)."""

    kind: Kind
    names: tuple[str, ...] = ()


class Vocabulary:
    """`meanings_at` finds the longest word that begins at a place of a casefolded sentence."""

    def __init__(self, catalog: Catalog, members: Members | None = None) -> None:
        self._meanings: dict[str, dict[str, Meaning]] = {}
        told = _told()
        for word, names in told["metrics"].items():
            self._add(word, Meaning("metric", tuple(n for n in names if n in catalog.declared.metrics)))
        for metric in catalog.declared.metrics.values():
            for word in (metric.name.replace("_", " "), metric.name, *metric.labels.values(), *metric.aliases):
                self._add(word, Meaning("metric", (metric.name,)))
        for dimension in catalog.declared.dimensions.values():
            for word in (dimension.name.replace("_", " "), *dimension.labels.values(), *dimension.aliases):
                self._add(word, Meaning("dimension", (dimension.name,)))
        for grain, words in told["grains"].items():
            for word in words:
                self._add(word, Meaning("grain", (grain,)))
        for word, (dimension_name, member) in {**_pairs(told["members"]), **(members or {})}.items():
            self._add(word, Meaning("member", (dimension_name, member)))
        kinds: tuple[Kind, ...] = ("by", "without", "trend", "best", "worst", "filler")
        for kind in kinds:
            for word in told[kind]:
                self._add(word, Meaning(kind))
        self.unmarked = frozenset(word.casefold() for word in told["unmarked"])
        self._longest = max(map(len, self._meanings))

    def meanings_at(self, text: str, place: int) -> tuple[int, Mapping[str, Meaning]]:
        """(the end of the longest word that begins here, its meanings by kind); (place, {}) where none does."""
        for end in range(min(len(text), place + self._longest), place, -1):
            found = self._meanings.get(text[place:end])
            if found and _stands_alone(text, place, end):
                return end, found
        return place, {}

    def _add(self, word: str, meaning: Meaning) -> None:
        for form in _forms(word.casefold().strip()):
            self._meanings.setdefault(form, {}).setdefault(meaning.kind, meaning)


@cache
def _told() -> dict[str, Any]:
    text = (resources.files("castanea.semantics.sentences") / "words.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = load_yaml(text)
    return told


def _pairs(told: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, str]]:
    return {word: (pair[0], pair[1]) for word, pair in told.items()}


def _forms(word: str) -> Iterable[str]:
    """The word; of English ones the plural too."""
    if not word:
        return
    yield word
    if not word.isascii() and " " in word:
        yield word.replace(" ", "")
    plain = re.sub(r"\s*[（(].*[)）]$", "", word)
    if plain and plain != word:
        yield plain
    if re.fullmatch(r"[a-z' -]+[a-z]", word):
        if word.endswith("s"):
            return
        yield word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """An English word is none inside another one."""
    begins = start > 0 and _latin(text[start]) and _latin(text[start - 1])
    ends = end < len(text) and _latin(text[end - 1]) and _latin(text[end])
    return not begins and not ends


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
