"""What a sentence asks for: a query, how each word was taken, what was supposed, and what else it may mean.

No model of language: words are looked up in the declared names (`vocabulary.py`), times in a small grammar (`times.py`), the longest
first. What is not understood is said, never passed over in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from castanea.contracts.query import CYCLES, GRAINS, Comparison, Filter, Order, Query, TimeRange
from castanea.kit.errors import CastaneaError, InputError
from castanea.semantics.sentences.times import number_of, time_at
from castanea.semantics.sentences.vocabulary import Meaning, Vocabulary

PieceKind = Literal["metric", "by", "filter", "time", "compare", "order", "unknown"]
DEFAULT_TIME = TimeRange("last 30d")
USUAL = (
    "net_sales",
    "paid_amount",
    "refund_amount",
    "visitors",
    "ad_spend",
    "on_hand",
    "reviews",
    "tickets",
)  # the first that can be cut so
TOP = 10
_COUNTED = re.compile(
    r"(?:前|top ?|best ?|worst ?|bottom ?)(\d{1,3}|[一二三四五六七八九十]{1,2})(?:名|个|位|款|大)?|(\d{1,3})\s*(?:个|款|名)(?=\D|$)"
)
_SIGNS = re.compile(r"[\s,，。.?？!！:：;；/、“”\"'()（）]+")
_PARTS = 2  # a mark and its dimension may stand so many pieces apart
MOST_METRICS = 6


@dataclass(frozen=True)
class Piece:
    """A part of the sentence and what it was taken for: `names` are metrics, a dimension or grain, or (dimension, member)."""

    text: str
    kind: PieceKind
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """`supposed`: what was not said (`time`, `metric`). `others`: further meanings, the likeliest first."""

    query: Query
    pieces: tuple[Piece, ...]
    supposed: tuple[str, ...] = ()
    others: tuple[Query, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(piece.text for piece in self.pieces if piece.kind == "unknown")


@dataclass(frozen=True)
class _Token:
    text: str
    meanings: Mapping[str, Meaning]
    time: TimeRange | None = None
    compare: Comparison | None = None
    count: int = 0


def understand(
    sentence: str, vocabulary: Vocabulary, today: date, check: Callable[[Query], None] = lambda _query: None
) -> Understood:
    """Raises InputError for a sentence that names no number, and what `check` raises of the likeliest meaning when no meaning passes it."""
    text = unicodedata.normalize("NFKC", sentence).casefold().strip()
    reading = _Reading(vocabulary)
    for token in _tokens(text, vocabulary, today):
        reading.take(token)
    return reading.understood(sentence, check)


def _tokens(text: str, vocabulary: Vocabulary, today: date) -> list[_Token]:
    found: list[_Token] = []
    place, lost = 0, ""
    while place < len(text):
        token, end = _token_at(text, place, vocabulary, today)
        signs = _SIGNS.match(text, place)
        if token is None and not signs:
            word = re.compile(r"[a-z0-9_%]+|.").match(text, place)
            end = word.end() if word else place + 1
            lost += text[place:end]
        else:
            if lost.strip():
                found.append(_Token(lost.strip(), {}))
            lost = ""
            if token is not None:
                found.append(token)
            elif signs:
                end = signs.end()
        place = end
    return [*found, _Token(lost.strip(), {})] if lost.strip() else found


def _token_at(text: str, place: int, vocabulary: Vocabulary, today: date) -> tuple[_Token | None, int]:
    """The longest of a time, a number of members, and a known word."""
    end, meanings = vocabulary.meanings_at(text, place)
    token = _Token(text[place:end], meanings) if meanings else None
    counted = _COUNTED.match(text, place)
    if counted and counted.end() > end:
        end, token = counted.end(), _Token(counted[0], {}, count=number_of(counted[1] or counted[2]))
    said = time_at(text, place, today)
    if said and said.end >= end:
        value = said.value
        time, compare = (value, None) if isinstance(value, TimeRange) else (None, value)
        return _Token(text[place : said.end], {}, time=time, compare=compare), said.end
    return token, end


class _Reading:
    """Takes tokens one after another; what a word means may depend on the one before."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._pieces: list[Piece] = []
        self._metrics: list[tuple[str, ...]] = []
        self._by: list[str] = []
        self._members: dict[tuple[str, bool], list[str]] = {}
        self._time: TimeRange | None = None
        self._compare: Comparison | None = None
        self._marked = self._negated = False
        self._trend = self._ranked = False
        self._descending, self._count = True, 0
        self._last_member = ""  # dimension of the member just read: "the channel jd", 抖音渠道

    def take(self, token: _Token) -> None:
        kinds = token.meanings
        if token.time is not None:
            self._time = token.time
            self._note(token, "time")
        elif token.compare is not None:
            self._compare = token.compare
            self._note(token, "compare", token.compare)
        elif token.count:
            self._ranked, self._count = True, token.count
            if not token.text[0].isdigit():
                self._descending = not token.text.startswith(("worst", "bottom"))
            self._note(token, "order")
        elif "best" in kinds or "worst" in kinds:
            self._ranked, self._descending = True, "best" in kinds
            self._note(token, "order")
        elif "by" in kinds:
            self._marked = True
        elif "without" in kinds:
            self._negated = True
        elif "trend" in kinds:
            self._trend = True
        elif not self._word(token) and "filler" not in kinds:
            self._note(token, "unknown")

    def _word(self, token: _Token) -> bool:
        """Take a word that names a metric, a dimension, a grain or a member."""
        kinds = token.meanings
        grain = kinds.get("grain")
        if grain and (self._marked or token.text in self._vocabulary.unmarked):
            self._cut(token, grain.names[0])
        elif "dimension" in kinds and (self._marked or "metric" not in kinds):
            name = kinds["dimension"].names[0]
            if name != self._last_member or self._marked:
                self._cut(token, name)
        elif "member" in kinds:
            dimension, member = kinds["member"].names
            self._members.setdefault((dimension, self._negated), []).append(member)
            self._note(token, "filter", dimension, member)
            self._last_member = dimension
            return True
        elif "metric" in kinds:
            self._metrics.append(kinds["metric"].names)
            self._note(token, "metric", *kinds["metric"].names)
        elif grain:
            self._note(token, "unknown")
        else:
            return False
        self._marked = self._negated = False
        self._last_member = ""
        return True

    def _cut(self, token: _Token, name: str) -> None:
        if name not in self._by:
            self._by.append(name)
        self._note(token, "by", name)

    def _note(self, token: _Token, kind: PieceKind, *names: str) -> None:
        self._pieces.append(Piece(token.text, kind, names))

    def understood(self, sentence: str, check: Callable[[Query], None]) -> Understood:
        supposed = ["time"] if self._time is None else []
        if not self._metrics:
            if not self._ranked and not self._members and not self._by:
                raise InputError(
                    f"no number was found in {sentence!r}; name one, such as net sales, orders or refund rate, by what and for when",
                    code="ask.no_metric",
                    values={"sentence": sentence},
                )
            self._metrics.append(USUAL)
            supposed.append("metric")
        asked, refused = [], []
        for metrics in self._choices():
            query = self._query(metrics)
            try:
                check(query)
            except CastaneaError as reason:
                refused.append(reason)
            else:
                asked.append(query)
        if not asked:
            raise refused[0]
        return Understood(asked[0], tuple(self._pieces), tuple(supposed), tuple(asked[1:]))

    def _choices(self) -> list[tuple[str, ...]]:
        """The likeliest metrics, then each with one word taken otherwise."""
        first = tuple(names[0] for names in self._metrics)
        found = [first]
        for place, names in enumerate(self._metrics):
            found += [(*first[:place], other, *first[place + 1 :]) for other in names[1:]]
        return [tuple(dict.fromkeys(each))[:MOST_METRICS] for each in dict.fromkeys(found)]

    def _query(self, metrics: tuple[str, ...]) -> Query:
        time = self._time or DEFAULT_TIME
        by = list(self._by)
        if self._trend and not any(name in (*GRAINS, *CYCLES) for name in by):
            by.insert(0, _grain_of(time))
        where = tuple(
            Filter(dimension, "not_in" if negated else "in", tuple(dict.fromkeys(members)))
            for (dimension, negated), members in self._members.items()
        )
        query = Query(metrics, tuple(by), where, time, self._compare)
        cut = [name for name in by if name not in GRAINS]
        if self._ranked and cut:
            query = replace(query, order=(Order(metrics[0], self._descending),), limit=self._count or TOP)
        return query


def _grain_of(time: TimeRange) -> str:
    """The grain in which a time makes a line of some ten to a hundred points."""
    if time.since and time.until:
        days = (time.until - time.since).days + 1
    elif time.relative in ("today", "yesterday") or time.relative.endswith(("h", "min")):
        days = 1
    elif time.relative in ("this year", "last 1y") or time.relative.endswith(("m", "y")):
        days = 365
    else:
        days = 30
    return "hour" if days <= 2 else "day" if days <= 100 else "month"
