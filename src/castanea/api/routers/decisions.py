"""Decisions: what was asked, chosen and approved, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.decision_models import (
    Approval,
    AskedDecision,
    DecisionCard,
    DecisionList,
    OpenedDecision,
    Saying,
    Verdicts,
)
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.routers.kanban import share_name
from castanea.api.schemas import body_of
from castanea.contracts.query import Filter, Query, TimeRange
from castanea.contracts.target import scope_within
from castanea.decisions import (
    Decision,
    DecisionChange,
    DecisionStep,
    FrozenNumber,
    Goal,
    Trigger,
    seen_by,
    shown_to,
)
from castanea.decisions.kept import hit_rate
from castanea.decisions.markdown import as_markdown
from castanea.kit.errors import Conflict, InputError, NotFound, Unavailable

router = APIRouter(prefix="/api/v1/decisions", route_class=GuardedRoute, tags=["decisions"])


@router.get("", operation_id="decisions")
@needs(Permission.DECISIONS_READ)
async def decisions(request: Request, text: str = "", team: str = "", metric: str = "", kind: str = "") -> DecisionList:
    """The library, the newest first: searched in question, reasons and options, filtered by team, metric and kind."""
    services, rights = services_of(request), principal_of(request).rights
    found = await run_sync(lambda: services.decisions.find(text[:200], team, metric, kind))
    shown = [shown_to(each, rights) for each in found if seen_by(each, rights)]
    return DecisionList(
        shown,
        await _names(request, shown),
        Verdicts(*hit_rate(shown)),
        str(services.decisions.approve_above or ""),
    )


@router.post("", operation_id="makeDecision", status_code=201, openapi_extra=body_of(AskedDecision))
@needs(Permission.DECISIONS_EDIT)
async def make(request: Request) -> Decision:
    """Open a decision; numbers of the alert that led to it are frozen as they were then."""
    services = services_of(request)
    asked = await decode_body(request, AskedDecision, services.settings.max_body)
    new = replace(asked.decision, trigger=replace(asked.decision.trigger, numbers=(), cause={}, at=None))
    if asked.alert:
        new = replace(new, trigger=await _of_alert(request, asked.alert))
    await _check_goal(request, new.goal)
    by = principal_of(request).id
    return await _told(request, lambda: services.decisions.make(new, by))


@router.get("/{decision}", operation_id="decision")
@needs(Permission.DECISIONS_READ)
async def opened(request: Request, decision: str) -> OpenedDecision:
    """A decision with its history and the state of its task cards."""
    services, rights = services_of(request), principal_of(request).rights
    told = await _seen(request, decision)
    history = await run_sync(services.decisions.history, decision)
    return OpenedDecision(
        shown_to(told, rights),
        history,
        await _names(request, [told]),
        await _cards(request, told) if principal_of(request).may(Permission.BOARDS_READ) else [],
        services.decisions.needs_approval(told),
    )


@router.get("/{decision}/markdown", operation_id="decisionMarkdown", response_class=Response)
@needs(Permission.DECISIONS_READ)
async def markdown(request: Request, decision: str) -> Response:
    """The decision on one page, as Markdown."""
    told = shown_to(await _seen(request, decision), principal_of(request).rights)
    text = as_markdown(told, await _names(request, [told]))
    headers = {"Content-Disposition": f'attachment; filename="decision-{told.id[:8]}.md"'}
    return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)


@router.patch("/{decision}", operation_id="changeDecision", openapi_extra=body_of(DecisionChange))
@needs(Permission.DECISIONS_EDIT)
async def change(request: Request, decision: str) -> Decision:
    """Change what is still open in it. 409 with the decision as it is when somebody else changed it since `base`."""
    services = services_of(request)
    await _seen(request, decision)
    asked = await decode_body(request, DecisionChange, services.settings.max_body)
    if asked.goal is not None:
        await _check_goal(request, asked.goal)
    by = principal_of(request).id
    return await _told(request, lambda: services.decisions.change(decision, asked, by))


@router.post("/{decision}/steps", operation_id="stepDecision", openapi_extra=body_of(DecisionStep))
@needs(Permission.DECISIONS_DECIDE)
async def step(request: Request, decision: str) -> Decision:
    """On to the next state: decided (with the option chosen and why), in_effect, measured, closed."""
    services = services_of(request)
    await _seen(request, decision)
    asked = await decode_body(request, DecisionStep, services.settings.max_body)
    by = principal_of(request).id
    told = await _told(request, lambda: services.decisions.step(decision, asked, by))
    if services.measuring is not None:
        services.measuring.poke()
    return told


@router.post("/{decision}/approval", operation_id="approveDecision", openapi_extra=body_of(Approval))
@needs(Permission.DECISIONS_APPROVE)
async def approve(request: Request, decision: str) -> Decision:
    """Approve what somebody else decided."""
    services = services_of(request)
    await _seen(request, decision)
    asked = await decode_body(request, Approval, services.settings.max_body)
    by = principal_of(request).id
    return await _told(request, lambda: services.decisions.approve(decision, asked.base, by))


@router.post("/{decision}/said", operation_id="sayOnDecision", openapi_extra=body_of(Saying))
@needs(Permission.DECISIONS_EDIT)
async def say(request: Request, decision: str) -> Decision:
    """Agree or object, with the reason."""
    services = services_of(request)
    await _seen(request, decision)
    asked = await decode_body(request, Saying, services.settings.max_body)
    by = principal_of(request).id
    return await _told(request, lambda: services.decisions.say(decision, asked.stance, asked.why, by))


@router.post("/{decision}/effect", operation_id="measureDecision")
@needs(Permission.DECISIONS_EDIT)
async def measure(request: Request, decision: str) -> Decision:
    """Measure what it has changed so far."""
    services = services_of(request)
    told = await _seen(request, decision)
    if services.measuring is None:
        raise Unavailable("this server measures no effects")
    return shown_to(await services.measuring.measure(told), principal_of(request).rights)


async def _told(request: Request, changing: Callable[[], Decision]) -> Decision:
    """What a change left, as the reader may see it; so is what a conflict tells. Raises what the change raises."""
    rights = principal_of(request).rights
    try:
        return shown_to(await run_sync(changing), rights)
    except Conflict as late:
        now = msgspec.convert(late.values["decision"], Decision)
        shown = msgspec.to_builtins(shown_to(now, rights))
        raise Conflict(str(late), code=late.code, values={**late.values, "decision": shown}) from late


async def _seen(request: Request, number: str) -> Decision:
    """Raises NotFound, also for one about numbers beyond the reader's."""
    told = await run_sync(services_of(request).decisions.get, number)
    if not seen_by(told, principal_of(request).rights):
        raise NotFound(f"there is no decision {number!r}", code="decision.not_found", values={"decision": number})
    return told


async def _check_goal(request: Request, goal: Goal) -> None:
    """Raises InputError for a metric or scope that is unknown or beyond the reader's."""
    if not goal.metric:
        return
    rights = principal_of(request).rights
    if not scope_within(goal.metric, goal.where, rights):
        raise InputError(
            "the decision reaches beyond the numbers that you may see; narrow its scope to yours",
            code="decision.beyond",
        )
    await services_of(request).link.query(Query((goal.metric,), where=goal.where, time=TimeRange("last 1d")), rights)


async def _of_alert(request: Request, number: str) -> Trigger:
    alert = await run_sync(services_of(request).alerts.alert, number)
    rule = alert.rule
    own = (*rule.where, Filter(rule.each, "in", (alert.member,))) if rule.each else rule.where
    if not scope_within(rule.metric, own, principal_of(request).rights):
        raise NotFound(f"there is no alert {number!r}", code="alerts.not_shown", values={"alert": number})
    frozen = FrozenNumber(
        rule.metric, alert.fired.value or "", alert.fired.base or alert.against or "", alert.unit, alert.currency or "", own, alert.name,
    )  # fmt: skip
    cause = alert.cause.words if alert.cause is not None else {}
    return Trigger("alert", alert.id, rule.title, alert.fired_at, (frozen,), dict(cause))


async def _cards(request: Request, told: Decision) -> list[DecisionCard]:
    """The cards of its tasks that are still there, on boards that the reader sees."""
    found = []
    for task in told.tasks:
        number, _, card_id = task.card.partition("/")
        if not card_id or not principal_of(request).sees(share_name(number)):
            continue
        try:
            board, cards = await run_sync(services_of(request).kanban.open, number)
        except NotFound:
            continue
        card = next((each for each in cards if each.id == card_id), None)
        if card is not None:
            titles = {each.id: each.title for each in board.lists}
            done = bool(board.lists) and card.list == board.lists[-1].id
            found.append(DecisionCard(number, card.id, card.title, titles.get(card.list, ""), done, card.archived))
    return found


async def _names(request: Request, shown: Iterable[Decision]) -> dict[str, str]:
    """Names by id: of everybody, or of those on the decisions for who does not see the others."""
    everyone = await run_sync(services_of(request).people.all)
    if principal_of(request).may(Permission.PEOPLE_READ):
        return {person.id: person.name for person in everyone}
    wanted: set[str] = set()
    for each in shown:
        wanted |= {
            each.created_by,
            each.decided_by,
            each.approved_by,
            *(s.by for s in each.said),
            *(t.owner for t in each.tasks),
        }
    return {person.id: person.name for person in everyone if person.id in wanted}
