"""A question in a sentence, and how it was understood."""

from __future__ import annotations

from dataclasses import dataclass

from castanea.contracts.query import Query

Words = dict[str, str]  # by language: zh-CN, en
LONGEST = 400  # characters


@dataclass(frozen=True)
class Sentence:
    """Chinese or English, such as 上周抖音退款率按商品."""

    sentence: str


@dataclass(frozen=True)
class Meaning:
    """A query, and the same in a few words of each language."""

    query: Query
    words: Words


@dataclass(frozen=True)
class Understanding:
    """`unknown`: parts of the sentence that nobody knows. `supposed`: what was not said (`time`, `metric`). `others`: what else it may
    mean, the likeliest first."""

    meaning: Meaning
    unknown: tuple[str, ...] = ()
    supposed: tuple[str, ...] = ()
    others: tuple[Meaning, ...] = ()
