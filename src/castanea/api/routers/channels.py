"""How people are told of alerts: their own channels, quiet times, and links in messages that acknowledge once."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.access.permissions import permissions_of
from castanea.alerts import Alert, AlertDeed
from castanea.api.bodies import decode_body
from castanea.api.channel_models import ChannelList, SilenceList
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.people_models import LinkToken
from castanea.api.schemas import body_of
from castanea.api.services import Telling
from castanea.contracts.channel import Channel, ChannelEdit, ChannelTerms, LinkLook, SentMessage, Silence, SilenceTerms
from castanea.contracts.query import Filter
from castanea.contracts.target import scope_within
from castanea.kit.errors import InputError, NotFound, Unavailable

router = APIRouter(prefix="/api/v1/alert-channels", route_class=GuardedRoute, tags=["alerts"])
MOST_TITLES = 10


@router.get("", operation_id="alertChannels")
@needs(Permission.ALERTS_READ)
async def channels(request: Request) -> ChannelList:
    """One's own channels. `mail`: whether the server can send e-mail; `links`: whether messages carry links."""
    telling = _telling(request)
    return ChannelList(await run_sync(telling.channels.of, principal_of(request).id), telling.mails, telling.links)


@router.post("", operation_id="makeAlertChannel", status_code=201, openapi_extra=body_of(ChannelTerms))
@needs(Permission.ALERTS_ACT)
async def make(request: Request) -> Channel:
    """Make a channel of one's own. Its address and secret are sealed and never told again."""
    telling, terms = _telling(request), await decode_body(request, ChannelTerms, services_of(request).settings.max_body)
    if terms.kind == "email" and not telling.mails:
        raise InputError("no mail server is set up; add [alerts.mail] to castanea.toml", code="channels.no_mail")
    return await run_sync(telling.channels.make, principal_of(request).id, terms)


@router.patch("/{channel}", operation_id="changeAlertChannel", openapi_extra=body_of(ChannelEdit))
@needs(Permission.ALERTS_ACT)
async def change(request: Request, channel: str) -> Channel:
    """Change a channel; an empty address or secret stays as it was. 409 when it was changed since `base`."""
    edit = await decode_body(request, ChannelEdit, services_of(request).settings.max_body)
    return await run_sync(_telling(request).channels.change, principal_of(request).id, channel, edit)


@router.delete("/{channel}", operation_id="removeAlertChannel", status_code=204)
@needs(Permission.ALERTS_ACT)
async def remove(request: Request, channel: str) -> None:
    """Take a channel away, with what waits to be sent over it."""
    await run_sync(_telling(request).channels.remove, principal_of(request).id, channel)


@router.get("/{channel}/messages", operation_id="alertMessages")
@needs(Permission.ALERTS_READ)
async def messages(request: Request, channel: str) -> list[SentMessage]:
    """The newest 100 messages over a channel, with what became of them."""
    return await run_sync(_telling(request).channels.messages, principal_of(request).id, channel)


@router.post("/{channel}/trial", operation_id="tryAlertChannel", status_code=202)
@needs(Permission.ALERTS_ACT)
async def trial(request: Request, channel: str) -> None:
    """Send a message that tells of nothing."""
    await run_sync(_telling(request).channels.try_out, principal_of(request).id, channel)


@router.get("/quiet-times", operation_id="quietTimes")
@needs(Permission.ALERTS_READ)
async def quiet_times(request: Request) -> SilenceList:
    """Times in which no message is made, for everybody."""
    return SilenceList(await run_sync(_telling(request).silences.all))


@router.post("/quiet-times", operation_id="makeQuietTime", status_code=201, openapi_extra=body_of(SilenceTerms))
@needs(Permission.ALERTS_EDIT)
async def make_quiet(request: Request) -> Silence:
    """Alerts fire all the same; what is still open afterwards is told then."""
    terms = await decode_body(request, SilenceTerms, services_of(request).settings.max_body)
    return await run_sync(_telling(request).silences.make, terms, principal_of(request).id)


@router.delete("/quiet-times/{silence}", operation_id="removeQuietTime", status_code=204)
@needs(Permission.ALERTS_EDIT)
async def remove_quiet(request: Request, silence: str) -> None:
    """Take a quiet time away."""
    await run_sync(_telling(request).silences.remove, silence)


@router.post("/links/look", operation_id="lookAtAlertLink")
@needs(Permission.PUBLIC)
async def look(request: Request, body: LinkToken) -> LinkLook:
    """What a link in a message would acknowledge. Nothing is done."""
    account, numbers = await run_sync(_telling(request).outbox.look, body.token)
    return await run_sync(_look, request, account, numbers)


@router.post("/links/use", operation_id="useAlertLink")
@needs(Permission.PUBLIC)
async def use(request: Request, body: LinkToken) -> LinkLook:
    """Acknowledge the alerts of a link, as the person to whom its message went. It works once, until it is over."""
    services, telling = services_of(request), _telling(request)
    account, numbers = await run_sync(telling.outbox.look, body.token)
    looked = await run_sync(_look, request, account, numbers)
    await run_sync(telling.outbox.use, body.token)
    for alert in await run_sync(_of, request, account, numbers):
        await run_sync(services.alerts.do, alert.id, AlertDeed("acknowledge"), account, ())
    request.app.tell_of_alerts(list(numbers))
    return looked


def _look(request: Request, account: str, numbers: tuple[str, ...]) -> LinkLook:
    alerts = _of(request, account, numbers)
    person = next(p for p in services_of(request).people.all() if p.id == account)
    titles = tuple(f"{a.rule.title} · {a.name}" if a.name else a.rule.title for a in alerts[:MOST_TITLES])
    return LinkLook(titles, len(alerts), person.name)


def _of(request: Request, account: str, numbers: tuple[str, ...]) -> list[Alert]:
    """Those of the alerts that the account may acknowledge and see now. Raises InputError where it may not at all."""
    services = services_of(request)
    person = next((p for p in services.people.all() if p.id == account and p.disabled_at is None), None)
    rights = None if person is None else person.sight.rights()
    if person is None or rights is None or Permission.ALERTS_ACT not in permissions_of(person.role, rights):
        raise InputError("this link is not one of ours; open the alerts and sign in", code="channels.link_wrong")
    found = []
    for number in numbers:
        try:
            alert = services.alerts.alert(number)
        except NotFound:
            continue
        rule = alert.rule
        own = (*rule.where, Filter(rule.each, "in", (alert.member,))) if rule.each else rule.where
        if scope_within(rule.metric, own, rights):
            found.append(alert)
    return found


def _telling(request: Request) -> Telling:
    telling = services_of(request).telling
    if telling is None:
        raise Unavailable("this server sends no messages", code="server.stopping")
    return telling
