"""Alerts: rules without SQL, what they would have done, what fired, and what people do about it. Told live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.alerts import (
    READY,
    Alert,
    AlertDeed,
    KeptRule,
    RuleEdit,
    check_rule,
    condition_of,
    follow,
    patience_of,
    reading_of,
    times_fired,
)
from castanea.api.alert_models import AlertList, AlertPreview, AlertRules, OpenedAlert, PastPoint, ReadyAlert
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.problems import locale_of
from castanea.api.schemas import body_of
from castanea.api.streaming.response import StreamResponse
from castanea.api.streaming.wire import event
from castanea.contracts.alert import AlertRule
from castanea.contracts.query import Filter, Rights
from castanea.contracts.target import scope_within
from castanea.kit.errors import Busy, InputError, NotFound, Unavailable
from castanea.kit.messages import say_error

router = APIRouter(prefix="/api/v1/alerts", route_class=GuardedRoute, tags=["alerts"])
TOPIC = "alerts"


def changed_event(changed: list[str]) -> bytes:
    """The event that tells which alerts changed."""
    return event("changed", msgspec.json.encode({"alerts": changed}), "")


@router.get("", operation_id="alerts")
@needs(Permission.ALERTS_READ)
async def alerts(request: Request, every: bool = False) -> AlertList:
    """The open alerts whose figures the reader may see, or every one (the newest 500), the newest first."""
    kept = await run_sync(lambda: services_of(request).alerts.alerts(every=every))
    shown = [alert for alert in kept if _sees(request, alert)]
    return AlertList(shown, await _names(request, _people_of(shown)))


@router.get("/rules", operation_id="alertRules")
@needs(Permission.ALERTS_READ)
async def rules(request: Request, archived: bool = False) -> AlertRules:
    """The rules whose figures the reader may see."""
    kept = await run_sync(lambda: services_of(request).alerts.rules(archived=archived))
    shown = [each for each in kept if _sees_rule(request, each.rule)]
    return AlertRules(shown, await _names(request, {each.created_by for each in shown}))


@router.get("/ready", operation_id="readyAlerts")
@needs(Permission.ALERTS_EDIT)
async def ready(request: Request) -> list[ReadyAlert]:
    """Rules that come with Castanea, with whether the shop's data can answer them."""
    found, language = [], locale_of(request)
    for each in READY:
        problem = ""
        try:
            past = await services_of(request).link.alert_past(each.rule) if each.rule.watch.kind != "silent" else None
            if past is not None and not any(reading.value is not None for reading in past.readings):
                problem = "no_data"
        except InputError as refused:
            problem = say_error(refused, language)
        titled = AlertRule(**{**vars(each.rule), "title": each.titles[language]})
        if _sees_rule(request, titled):
            found.append(ReadyAlert(each.name, each.titles[language], each.why[language], titled, problem))
    return found


@router.post("/rules", operation_id="makeAlertRule", status_code=201, openapi_extra=body_of(AlertRule))
@needs(Permission.ALERTS_EDIT)
async def make(request: Request) -> KeptRule:
    """Keep a rule; it is looked at at once."""
    asked, by = await _checked(request, await _body_rule(request)), principal_of(request).id
    kept = await run_sync(services_of(request).alerts.make, asked, by)
    _look(request)
    return kept


@router.post("/rules/preview", operation_id="previewAlertRule", openapi_extra=body_of(AlertRule))
@needs(Permission.ALERTS_EDIT)
async def preview(request: Request) -> AlertPreview:
    """How often a rule would have fired over the last 90 days (28, by the hour). Nothing is kept."""
    rule = await _checked(request, await _body_rule(request))
    past = await services_of(request).link.alert_past(rule)
    condition, patience = condition_of(rule.watch), patience_of(rule)
    members: dict[str, int] = {}
    times: list[datetime] = []
    course: list[PastPoint] = []
    name = ""
    watched = 0
    for member, readings in groupby(past.readings, key=lambda reading: reading.member):
        kept = list(readings)
        by_time = {reading.at: reading for reading in kept}
        steps = follow(condition, patience, map(reading_of, kept))
        fired = times_fired(steps)
        watched += 1
        times += fired
        if fired:
            members[member] = len(fired)
        if not course or len(fired) > sum(point.fired for point in course):
            name = kept[-1].name
            course = [
                PastPoint(
                    by_time[s.compared.reading.at], None if s.compared.against is None else f"{s.compared.against:f}",
                    s.after.state.value, s.fired,
                )
                for s in steps
            ]  # fmt: skip
    return AlertPreview(past.whole, watched, len(times), members, sorted(times), course, name, past.unit, past.currency)


@router.patch("/rules/{rule}", operation_id="changeAlertRule", openapi_extra=body_of(RuleEdit))
@needs(Permission.ALERTS_EDIT)
async def change(request: Request, rule: str) -> KeptRule:
    """Change a rule, switch it off or on, or put it into the archive. 409 when somebody else changed it since `base`."""
    services = services_of(request)
    kept = await run_sync(services.alerts.rule, rule)
    if not _sees_rule(request, kept.rule):
        raise NotFound(f"there is no alert rule {rule!r}", code="alerts.no_rule", values={"rule": rule})
    edit, by = await decode_body(request, RuleEdit, services.settings.max_body), principal_of(request).id
    if edit.rule is not None:
        edit = RuleEdit(edit.base, await _checked(request, edit.rule), edit.archived)
    changed = await run_sync(services.alerts.change, rule, edit, by)
    _look(request)
    request.app.tell_of_alerts([])
    return changed


@router.get("/stream", operation_id="alertStream", response_class=StreamResponse)
@needs(Permission.ALERTS_READ)
async def stream(request: Request) -> StreamResponse:
    """Server-sent events: `changed` (the ids of alerts that changed; read those anew), `bye` (with the reason)."""
    hub = request.app.state.hub
    if hub.stopping:
        raise Unavailable("the server is stopping", code="server.stopping")
    if hub.viewers >= services_of(request).settings.max_streams:
        raise Busy("too many open streams", retry_after=10, code="server.too_many_streams")
    return StreamResponse(hub, principal_of(request), (), "", topic=TOPIC)


@router.get("/{alert}", operation_id="alert")
@needs(Permission.ALERTS_READ)
async def opened(request: Request, alert: str) -> OpenedAlert:
    """An alert with its evaluations, its cause and what was done with it."""
    story = await run_sync(services_of(request).alerts.story, alert)
    if not _sees(request, story.alert):
        raise _hidden(alert)
    people = (
        _people_of([story.alert])
        | {act.by for act in story.acts}
        | {a.text for a in story.acts if a.kind == "assigned"}
    )
    return OpenedAlert(story, await _names(request, people))


@router.post("/{alert}/deeds", operation_id="doWithAlert", openapi_extra=body_of(AlertDeed))
@needs(Permission.ALERTS_ACT)
async def do(request: Request, alert: str) -> Alert:
    """Acknowledge, assign, snooze, comment on or close an alert."""
    services, by = services_of(request), principal_of(request).id
    if not _sees(request, await run_sync(services.alerts.alert, alert)):
        raise _hidden(alert)
    deed = await decode_body(request, AlertDeed, services.settings.max_body)
    people = {person.id for person in await run_sync(services.people.all)}
    done = await run_sync(services.alerts.do, alert, deed, by, people)
    request.app.tell_of_alerts([alert])
    return done


async def _body_rule(request: Request) -> AlertRule:
    return await decode_body(request, AlertRule, services_of(request).settings.max_body)


async def _checked(request: Request, rule: AlertRule) -> AlertRule:
    """Raises InputError for what cannot be asked, and for figures beyond the reader's."""
    named = await services_of(request).link.check_alert(check_rule(rule))
    if not _sees_rule(request, named):
        raise InputError(
            "the rule reaches beyond the figures that you may see; narrow its scope to yours", code="alerts.beyond"
        )
    return named


def _rights(request: Request) -> Rights:
    return principal_of(request).rights


def _sees_rule(request: Request, rule: AlertRule) -> bool:
    return scope_within(rule.metric, rule.where, _rights(request))


def _sees(request: Request, alert: Alert) -> bool:
    """An alert shows its own figures, and by its cause those around it: it is for those who see the rule's scope, or the member's own."""
    rule = alert.rule
    own = (*rule.where, Filter(rule.each, "in", (alert.member,))) if rule.each else rule.where
    return scope_within(rule.metric, own, _rights(request))


def _hidden(alert: str) -> NotFound:
    return NotFound(f"there is no alert {alert!r}", code="alerts.not_shown", values={"alert": alert})


def _people_of(alerts: Iterable[Alert]) -> set[str]:
    return {number for alert in alerts for number in (alert.acknowledged_by, alert.assignee) if number}


async def _names(request: Request, wanted: set[str]) -> dict[str, str]:
    everyone = await run_sync(services_of(request).people.all)
    if principal_of(request).may(Permission.PEOPLE_READ):
        return {person.id: person.name for person in everyone}
    return {person.id: person.name for person in everyone if person.id in wanted}


def _look(request: Request) -> None:
    watching = services_of(request).watching
    if watching is not None:
        watching.poke()
