"""What must be said beside a number: notes, and the quality of the data under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from castanea.contracts.query import Cell, Note, Quality, QualityCause
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.zones import to_local
from castanea.semantics.catalog import Catalog
from castanea.semantics.facts_read import Surroundings
from castanea.semantics.formulas import BEFORE_SUFFIX
from castanea.semantics.model import SHORTER
from castanea.semantics.question import measures_of

if TYPE_CHECKING:
    from castanea.semantics.answers import Asked

_WATCHED = ("province", "city", "category", "brand", "channel")
_GOOD = 95


def notes_of(
    asked: Asked,
    rows: Sequence[Mapping[str, Cell]],
    sums: Mapping[str, Decimal],
    around: Surroundings,
    catalog: Catalog,
    settings: WorkspaceSettings,
    currencies: Sequence[str],
) -> tuple[Note, ...]:
    """The notes of an answer; shares are texts with four decimals, amounts with four."""
    metrics = asked.question.metrics
    found: list[Note] = []
    undated, refunded = sums.get("refunded_undated", Decimal(0)), sums.get("refunded", Decimal(0))
    if undated:
        found.append(Note("refund_without_date", {"amount": f"{undated:.4f}", "share": _share(undated, refunded)}))
    provisional = max((m.provisional_days for m in metrics), default=0)
    end = asked.scope.end
    if provisional and (end is None or end > asked.now - timedelta(days=provisional)):
        since = to_local(asked.now - timedelta(days=provisional - 1), asked.scope.zone).date()
        found.append(Note("provisional", {"days": str(provisional), "since": since.isoformat()}))
    costless = _without_cost(sums)
    if costless and any(m.needs_cost for m in metrics):
        found.append(Note("without_cost", {"share": f"{costless:.4f}"}))
    if sums.get(SHORTER):
        found.append(Note("no_report_of_length", {"cells": str(sums[SHORTER])}))
    if any(catalog.declared.measures[m].count and catalog.declared.measures[m].count.each for m in asked.question.said):  # type: ignore[union-attr]
        found.append(Note("repeat_within", {"by": ", ".join(asked.question.cut)}))
    found += _nothing_before(asked, rows)
    found += _unknown_visitors(asked, rows, sums, around)
    used = {m for metric in metrics for m in measures_of(metric, catalog.declared)}
    entities = {c.entity for m in used if (c := catalog.declared.measures[m].count)}
    if "buyer" in entities and around.shops > 1 and not _one_shop(asked, around):
        found.append(Note("buyers_per_shop", {"shops": str(around.shops)}))
    if "new_buyers" in used and around.first_order is not None:
        found += _short_history(asked, around, settings.new_buyer_days)
    if len(currencies) > 1 or (currencies and currencies[0] != settings.currency):
        found.append(Note("unconverted", {"currencies": ", ".join(currencies), "into": settings.currency}))
    return tuple(found)


def _one_shop(asked: Asked, around: Surroundings) -> bool:
    """Whether every cell speaks of one shop: cut by shop, filtered on one, or by platform where each has one shop."""
    pinned = {f.dimension for f in asked.question.where if f.op == "in" and len(f.values) == 1} | set(
        asked.question.keys
    )
    return "shop" in pinned or ("platform" in pinned and around.shops == around.platforms)


def _unknown_visitors(
    asked: Asked, rows: Sequence[Mapping[str, Cell]], sums: Mapping[str, Decimal], around: Surroundings
) -> list[Note]:
    names = [m.name for m in asked.question.metrics if m.needs_events]
    missing = any(row.get(n) is None for row in rows for n in names)
    before = not missing and any(row.get(n + BEFORE_SUFFIX, "") is None for row in rows for n in names)
    counted = sums.get("hourly_visitors", Decimal(0)) or (before and not _unborn(asked))
    if not (names and (missing or before) and counted):
        return []
    since = to_local(around.first_event, asked.scope.zone).date().isoformat() if around.first_event else ""
    return [Note("visitors_unavailable_before" if before else "visitors_unavailable", {"since": since})]


def _nothing_before(asked: Asked, rows: Sequence[Mapping[str, Cell]]) -> list[Note]:
    """Where figures of the earlier period are unknown because the data begin later."""
    unborn = _unborn(asked)
    if not any(row.get(name + BEFORE_SUFFIX, "") is None for row in rows for name in unborn):
        return []
    since = to_local(min(asked.begins[name] for name in unborn), asked.scope.zone).date().isoformat()
    return [Note("nothing_before", {"since": since})]


def _unborn(asked: Asked) -> list[str]:
    """The metrics whose data begin after the earlier period does."""
    start = asked.scope.before_start
    return [name for name, at in asked.begins.items() if start is None or start < at]


def _short_history(asked: Asked, around: Surroundings, days: int) -> list[Note]:
    start = asked.scope.start or around.first_order
    if start is None or around.first_order is None or start - around.first_order >= timedelta(days=days):
        return []
    return [Note("short_history", {"days": str(max((start - around.first_order).days, 0)), "wanted": str(days)})]


def _without_cost(sums: Mapping[str, Decimal]) -> Decimal:
    without, with_cost = sums.get("uncosted_sales", Decimal(0)), sums.get("costed_sales", Decimal(0))
    return without / (without + with_cost) if without + with_cost else Decimal(0)


def quality_of(
    asked: Asked, rows: Sequence[Mapping[str, Cell]], sums: Mapping[str, Decimal], around: Surroundings
) -> Quality:
    """0–100: each missing share takes its part off. Looked at are quarantined rows, sales without a cost (for margins), and what has
    no member in a dimension that is asked."""
    shares: list[tuple[str, Decimal, dict[str, str]]] = []
    if around.received:
        shares.append(("quarantined", Decimal(around.quarantined) / around.received, {"rows": str(around.quarantined)}))
    if any(m.needs_cost for m in asked.question.metrics):
        shares.append(("without_cost", _without_cost(sums), {}))
    shares += [
        ("without_member", _without_member(asked, rows, dimension), {"dimension": dimension})
        for dimension in asked.question.dimensions
        if dimension in _WATCHED
    ]
    score = Decimal(100)
    for _, share, _ in shares:
        score *= 1 - min(max(share, Decimal(0)), Decimal(1))
    whole = int(score)
    causes = (
        tuple(QualityCause(code, f"{share:.4f}", values) for code, share, values in shares if share > 0)
        if whole < _GOOD
        else ()
    )
    return Quality(whole, causes)


def _without_member(asked: Asked, rows: Sequence[Mapping[str, Cell]], dimension: str) -> Decimal:
    """The unknown member's share of the first additive metric among the rows shown."""
    metric = next((m.name for m in asked.question.metrics if m.additivity == "additive"), "")
    if not metric:
        return Decimal(0)
    missing = total = Decimal(0)
    for row in rows:
        value = abs(Decimal(str(row[metric]))) if row[metric] is not None else Decimal(0)
        total += value
        missing += value if row[dimension] == "" else 0
    return missing / total if total else Decimal(0)


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole:.4f}" if whole else "0.0000"
