"""Targets in the process that owns the warehouse: how far each has come, and whether one can be asked at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from castanea.contracts.query import Query, Rights, TimeRange
from castanea.contracts.target import Target, TargetProgress, may_see
from castanea.kit.errors import CastaneaError, InputError
from castanea.live.targets import failed, planned, progress_of
from castanea.runs.desk import Desk
from castanea.semantics.festivals import festival_days

HIDDEN = "query.metric_hidden"


def target_progress(desk: Desk, targets: Sequence[Target], rights: Rights, *, with_days: bool) -> list[TargetProgress]:
    """How far each target has come, as of now. Those whose figures the reader may not see are left out; one that cannot be asked says why."""
    planner, reader, now = desk.planner(), desk.reader(), desk.clock.now()
    festivals = festival_days(reader, preparing=True) if targets else ()
    told: list[TargetProgress] = []
    for target in targets:
        if not may_see(target, rights):
            continue
        try:
            plan = planned(planner, reader, target, festivals, now, rights)
            ask = lambda query: planner.answer(query, reader, now, rights=rights)  # noqa: E731
            told.append(progress_of(plan, ask, now, with_days=with_days))
        except CastaneaError as refused:
            if refused.code != HIDDEN:
                told.append(failed(target, refused))
    return told


def check_target(desk: Desk, target: Target, rights: Rights) -> Target:
    """The target with its names as the catalogue writes them. Raises InputError for figures that cannot be asked, for a scope beyond what
    the reader may see, and for a curve of a metric that does not add up over days."""
    planner = desk.planner()
    metric = planner.catalog.metric(target.metric)
    named = replace(
        target,
        metric=metric.name,
        where=tuple(replace(f, dimension=planner.catalog.dimension(f.dimension)) for f in target.where),
    )
    planner.check(
        Query((metric.name,), where=named.where, time=TimeRange(since=target.since, until=target.until)), rights
    )
    if not may_see(named, rights):
        raise InputError(
            "the target reaches beyond the figures that you may see; narrow its scope to yours",
            code="target.beyond",
        )
    plan = planned(planner, desk.reader(), replace(named, shape="flat", value="1"), (), desk.clock.now(), rights)
    if plan.level and target.shape == "given":
        raise InputError(
            f"{metric.name} does not add up over days, so it has no curve; give one value",
            code="target.no_curve",
            values={"metric": metric.name},
        )
    return named
