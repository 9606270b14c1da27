"""Questions that only the data can show to have no answer: reports that would have to be added up, cuts that old counts do not know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
from sqlglot import exp

from castanea.contracts.warehouse import Reader
from castanea.kit.errors import InputError
from castanea.kit.zones import to_local
from castanea.semantics.expressions import on_alias
from castanea.semantics.layout import ZoneGroup, naive
from castanea.semantics.measures_reader import SCOPES
from castanea.semantics.model import SHORTER, SURPLUS, Measure
from castanea.semantics.question import Question
from castanea.semantics.templates import Parameters, col, named, piece


def refuse_what_cannot_stand(question: Question, table: pa.Table) -> None:
    """Raises InputError (`not_additive`) when a cell of a reported figure holds several reports, or when no cell has one of its own
    length while there are shorter ones."""
    if not any(g.kind == "report" for g in question.groups):
        return
    surplus, shorter = (sum(n or 0 for n in table.column(f"note_{m}").to_pylist()) for m in (SURPLUS, SHORTER))
    if surplus:
        raise refusal(question, several=True)
    if shorter and all(table.column(m.name).null_count == table.num_rows for m in question.metrics):
        raise refusal(question, several=False)


def refusal(question: Question, *, several: bool) -> InputError:
    """Why a reported figure cannot be given as asked, and what can be asked instead."""
    names = ", ".join(m.name for m in question.metrics)
    pinned = {f.dimension for f in question.where if f.op == "in" and len(f.values) == 1} | set(question.dimensions)
    scope = next((d for d in question.cut if d in SCOPES), "")
    loose = [d for d in ("shop", "platform", scope) if d and d not in pinned]
    how = f"by {' and '.join(loose)} (or filter on one)" if loose else "by day, shop and platform"
    if several:
        problem = f"the period holds several reports of it, and different people cannot be added up. Ask for it {how}"
    else:
        problem = "no report is as long as the period, and shorter reports cannot be added up. Ask for it by day"
    return InputError(
        f"{names} stands as the platform reports it: {problem}, or for a single day; for 7 or 30 days import the platform's own "
        "7-day or 30-day report.",
        code="not_additive",
        values={"metrics": names, "by": ", ".join(loose or ["day", "shop", "platform"]), "several": several},
    )


def refuse_inside_gap(
    measure: Measure, question: Question, zones: tuple[ZoneGroup, ...], reader: Reader, dialect: str
) -> None:
    """Raises InputError (`query.cannot_cut`) when the period holds counts that do not know the cut; says from when it can be asked."""
    for part in measure.parts:
        clock, scope = col(part.clock), zones[0].scope
        there = exp.and_(on_alias(part.where, "", ""), piece("_v > 0", v=on_alias(part.value, "", "")))
        table = exp.table_(exp.to_identifier(part.table, quoted=True), db="fact")
        parameters, bound, spans = Parameters(), [], []
        for low, high in (
            (scope.start, scope.end),
            *(((scope.before_start, scope.before_end),) if scope.shift else ()),
        ):
            inside: list[exp.Expr] = []
            for at, kind in ((low, exp.GTE), (high, exp.LT)):
                if at is not None:
                    bound.append(naive(at))
                    inside.append(kind(this=clock.copy(), expression=parameters.bind("at", len(bound))))
            spans.append(exp.and_(*inside) if inside else exp.true())
        hit = exp.Max(this=exp.Case(ifs=[exp.If(this=exp.or_(*spans), true=clock.copy())]))
        tree = exp.select(named(hit, "inside"), named(exp.Max(this=clock.copy()), "last")).from_(table).where(there)
        found = reader.fetch(tree.sql(dialect=dialect), bound)
        last: datetime | None = found.column("last")[0].as_py()
        if found.column("inside")[0].as_py() is not None and last is not None:
            day = to_local(last.replace(tzinfo=UTC), scope.zone).date() + timedelta(days=1)
            raise _too_early(question, measure, day.isoformat())


def _too_early(question: Question, measure: Measure, since: str) -> InputError:
    metrics = ", ".join(m.name for m in question.metrics)
    cuts = ", ".join(question.cut)
    return InputError(
        f"{metrics} by {cuts} is known from {since} on: before, only counts by hour were kept. Ask for days from {since}, or without "
        f"{cuts}.",
        code="query.known_since",
        values={"metrics": metrics, "cuts": cuts, "since": since, "measure": measure.name},
    )
