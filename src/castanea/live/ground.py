"""What lies under the boards beside the answers: which tables hold data at all, and the days of festivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from castanea.contracts.mappings.language import Mapping
from castanea.contracts.mappings.loading import shipped_mappings
from castanea.contracts.query import Answer, Query
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import CastaneaError
from castanea.kit.messages import LOCALES, Locale, say
from castanea.semantics import Planner
from castanea.semantics.festivals import FestivalDay, festival_days
from castanea.semantics.presence import tables_with_rows

Needs = tuple[tuple[str, ...], ...]
MOST_FORMATS = 6  # formats named for one table; the page of formats has all of them
FIRST = (
    "taobao",
    "tmall",
    "sycm",
    "jd",
    "douyin",
    "compass",
    "pdd",
    "shopify",
    "jushuitan",
)  # named first: most shops have them
EITHER = (("web_event", "traffic_hourly"),)  # tables of which one is enough
_OR: dict[Locale, str] = {"zh-CN": "或", "en": " or "}
_AND: dict[Locale, str] = {"zh-CN": "、", "en": ", "}


@dataclass
class Ground:
    """`look` runs on reading threads; the rest is quick."""

    reader: Callable[[], Reader]
    planner: Callable[[], Planner]
    present: frozenset[str] = frozenset()
    _festivals: tuple[FestivalDay, ...] = ()
    _tables: dict[str, frozenset[str]] = field(default_factory=dict)

    def look(self, needed: Collection[str]) -> None:
        """Look at the tables of which no row is known yet, and at the calendar."""
        reader = self.reader()
        self.present |= tables_with_rows(reader, set(needed) - self.present)
        self._festivals = festival_days(reader)
        if set(needed) - self.present:
            formats_of("")  # read the formats here, so that a tile need not wait for them

    def forget(self) -> None:
        """The warehouse was made again: it may hold anything."""
        self.present = frozenset()

    def knows(self, tables: Iterable[str]) -> bool:
        """Whether a change of these tables can bring nothing new: all are known to hold rows, and none is the calendar."""
        touched = set(tables)
        return touched <= self.present and "calendar" not in touched

    def missing(self, needs: Needs) -> Needs:
        """The groups of which no table holds a row."""
        return tuple(group for group in needs if not self.present & set(group))

    def tables_of(self, metric: str) -> frozenset[str]:
        """The tables that a metric is counted from; none for one that does not exist."""
        if metric not in self._tables:
            try:
                self._tables[metric] = self.planner().depends_on(Query(metrics=(metric,)))
            except CastaneaError:
                return frozenset()
        return self._tables[metric]

    def lacking(self, metric: str) -> Needs:
        """The groups of tables that a metric is about and of which none holds a row: it is unknown, not zero."""
        groups = dict.fromkeys(
            next((group for group in EITHER if table in group), (table,))
            for table in sorted(self.tables_of(metric))
            if not _is_taken_off(table, metric)
        )
        return self.missing(tuple(groups))

    def festivals(self, answer: Answer) -> list[dict[str, Any]]:
        """The festival days inside an answer's period, as `{"day", "name", "labels", "number"}`."""
        first, last = _days(answer)
        return [
            {"day": f.day.isoformat(), "name": f.name, "labels": f.labels, "number": f.number}
            for f in self._festivals
            if (first is None or f.day >= first) and (last is None or f.day <= last)
        ]


def _is_taken_off(table: str, metric: str) -> bool:
    """Whether a metric only takes off what the table holds: sales stand without refunds, profit without advertising."""
    if table == "refund":
        return "refund" not in metric and "return" not in metric
    return table == "ad_spend" and "contribution" in metric


def what_to_import(missing: Needs) -> dict[str, Any]:
    """The problem of a tile whose data was never imported: the tables, and the formats that bring them."""
    detail = {locale: say("tile.no_data", locale, {"tables": _said(missing, locale)}) for locale in LOCALES}
    needs = [
        [{"table": name, "labels": TABLES[name].labels, "formats": formats_of(name)} for name in g] for g in missing
    ]
    return {"code": "tile.no_data", "detail": detail, "needs": needs, "values": {}}


@cache
def _formats() -> dict[str, list[dict[str, Any]]]:
    """By table, the first format of each platform before the second of any."""
    found: dict[str, list[Mapping]] = {}
    for mapping in sorted(shipped_mappings(), key=_rank):
        for table in dict.fromkeys(rule.table for rule in (*mapping.rows, *mapping.also)):
            found.setdefault(table, []).append(mapping)
    return {
        table: [{"name": m.name, "labels": m.labels} for m in _each_platform_first(mappings)]
        for table, mappings in found.items()
    }


def _each_platform_first(mappings: list[Mapping]) -> list[Mapping]:
    seen: Counter[str] = Counter()
    turns: list[tuple[int, int, Mapping]] = []
    for mapping in mappings:
        platform = mapping.name.partition("_")[0]
        turns.append((seen[platform], len(turns), mapping))
        seen[platform] += 1
    return [mapping for *_, mapping in sorted(turns, key=lambda turn: turn[:2])]


def _rank(mapping: Mapping) -> tuple[int, str]:
    return next((n for n, name in enumerate(FIRST) if mapping.name.startswith(name)), len(FIRST)), mapping.name


def formats_of(table: str) -> list[dict[str, Any]]:
    """The formats that come with Castanea and fill a table, the first few."""
    return _formats().get(table, [])[:MOST_FORMATS]


def _said(missing: Needs, locale: Locale) -> str:
    groups = (_OR[locale].join(TABLES[name].labels[locale] for name in group) for group in missing)
    text = _AND[locale].join(groups)
    return text.lower() if locale == "en" else text


def _days(answer: Answer) -> tuple[date | None, date | None]:
    period = answer.period
    zone = ZoneInfo(period.zone) if period.zone and period.zone != "shop" else None
    first = period.start.astimezone(zone).date() if period.start else None
    last = (period.end - timedelta(microseconds=1)).astimezone(zone).date() if period.end else None
    return first, last
