"""What is to be sent. Who must be told of what is read off the alerts themselves, and a row per alert, channel and occasion says that it
was put into a message: so nothing is told twice and nothing is forgotten, whenever the server ends."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from castanea.alerts.channels import Channels
from castanea.alerts.kept import alert_of, shown_at
from castanea.alerts.model import Alert
from castanea.alerts.quiet import Silences, silenced
from castanea.contracts.channel import ChannelTerms, SilenceTerms
from castanea.contracts.query import Filter, Rights
from castanea.contracts.target import scope_within
from castanea.kit.clock import Clock
from castanea.kit.errors import CastaneaError, InputError
from castanea.state import AlertChannel, AlertLink, AlertMessage, AlertRow, AlertSilence, AlertTold, Database

WAITS_FOR_CAUSE = timedelta(seconds=10)
LINK_LASTS = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1_800, 7_200, 21_600))  # before each further try
SAME_TWICE = ("email", "webhook")  # the receiver knows a message again by its number
GAP = {
    "dingtalk": 3.5,
    "wecom": 3.5,
    "feishu": 0.7,
    "slack": 1.1,
    "email": 0.5,
    "webhook": 0.05,
}  # seconds between two messages
OLDEST = timedelta(days=2)


@dataclass(frozen=True)
class Recipient:
    """What an account may: `acts`: acknowledge alerts."""

    rights: Rights
    acts: bool


@dataclass(frozen=True)
class Parcel:
    """A message with all that is in it. `link`: the token with which its alerts are acknowledged once, empty where none is due."""

    id: str
    channel: str
    occasion: str
    terms: ChannelTerms
    alerts: tuple[Alert, ...]
    whole: bool
    link: str = ""


class Outbox:
    """All methods block. `key` signs the links."""

    def __init__(self, database: Database, clock: Clock, channels: Channels, silences: Silences, key: bytes) -> None:
        self._database, self._clock, self._channels, self._silences, self._key = (
            database,
            clock,
            channels,
            silences,
            key,
        )
        self._last: dict[str, datetime] = {}

    def recover(self) -> None:
        """At the start: what was being sent when the server ended. Robots cannot tell a message that comes again, so it is not sent again."""
        with self._database.write() as session:
            for row in session.scalars(select(AlertMessage).where(AlertMessage.state == "sending")):
                channel = session.get_one(AlertChannel, row.channel_id)
                row.state = "waiting" if channel.kind in SAME_TWICE else "unknown"

    def sweep(self, recipients: Mapping[str, Recipient]) -> int:
        """Put what must be told into messages: one for each channel and occasion. Returns how many."""
        now, made = self._clock.now(), 0
        with self._database.write() as session:
            quiet = [msgspec.convert(row.content, SilenceTerms) for row in session.scalars(select(AlertSilence))]
            rows = session.scalars(
                select(AlertRow).where((AlertRow.resolved_at.is_(None)) | (AlertRow.resolved_at > now - OLDEST))
            )
            alerts = [alert_of(row) for row in rows]
            for channel in session.scalars(select(AlertChannel)).all() if alerts else ():
                recipient = recipients.get(channel.account_id)
                if recipient is not None and channel.content["enabled"]:
                    made += self._sweep_channel(session, channel, recipient, alerts, quiet, now)
            session.execute(delete(AlertMessage).where(AlertMessage.made_at < now - KEPT_FOR))
            session.execute(delete(AlertLink).where(AlertLink.expires_at < now - KEPT_FOR))
        return made

    def take(self, recipients: Mapping[str, Recipient], most: int = 8) -> list[Parcel]:
        """Messages whose time has come, at most one a channel and not sooner than its receiver allows; they are marked as being sent.

        What the recipient may no longer see has left the parcel; a parcel of nothing is dropped."""
        now, taken = self._clock.now(), dict[str, Parcel]()
        with self._database.write() as session:
            asked = select(AlertMessage).where(AlertMessage.state == "waiting", AlertMessage.due_at <= now)
            for row in session.scalars(asked.order_by(AlertMessage.due_at, AlertMessage.id).limit(500)):
                channel = session.get_one(AlertChannel, row.channel_id)
                last = self._last.get(channel.id)
                if channel.id in taken or (last is not None and (now - last).total_seconds() < GAP[channel.kind]):
                    continue
                parcel = self._parcel(session, row, channel, recipients.get(channel.account_id))
                if parcel is None:
                    continue
                row.state, row.tries = "sending", row.tries + 1
                taken[channel.id] = parcel
                self._last[channel.id] = now
                if len(taken) == most:
                    break
        return list(taken.values())

    def sent(self, message: str) -> None:
        with self._database.write() as session:
            row = session.get(AlertMessage, message)
            if row is not None:
                row.state, row.sent_at, row.problem = "sent", self._clock.now(), ""
                session.get_one(AlertChannel, row.channel_id).problem = ""

    def failed(self, message: str, problem: str, *, lasting: bool, wait: float = 0.0) -> None:
        """It is tried again after a pause, unless `lasting` or too often tried. `wait`: seconds that the receiver asks for."""
        with self._database.write() as session:
            row = session.get(AlertMessage, message)
            if row is None:
                return
            row.problem = problem[:300]
            session.get_one(AlertChannel, row.channel_id).problem = problem[:300]
            if lasting or row.tries > len(PAUSES):
                row.state = "failed"
            else:
                row.state = "waiting"
                row.due_at = self._clock.now() + max(PAUSES[row.tries - 1], timedelta(seconds=min(wait, 86_400)))

    # --- links ---

    def look(self, token: str) -> tuple[str, tuple[str, ...]]:
        """The account and the alerts of a link. Raises InputError for one that is not ours, was used or is over."""
        with self._database.read() as session:
            row = self._link(session, token)
            return row.account_id, tuple(row.alerts)

    def use(self, token: str) -> tuple[str, tuple[str, ...]]:
        """The same, and it is used up. Raises InputError."""
        with self._database.write() as session:
            row = self._link(session, token)
            row.used_at = self._clock.now()
            return row.account_id, tuple(row.alerts)

    # --- within ---

    def _sweep_channel(
        self, session: Session, channel: AlertChannel, recipient: Recipient, alerts: list[Alert], quiet: list[SilenceTerms], now: datetime
    ) -> int:  # fmt: skip
        local = now.astimezone(self._silences.zone)
        told: dict[str, list[tuple[str, datetime]]] = {}
        known = select(AlertTold).where(
            AlertTold.channel_id == channel.id, AlertTold.alert_id.in_([a.id for a in alerts])
        )
        for each in session.scalars(known):
            told.setdefault(each.alert_id, []).append((each.occasion, each.at))
        due: dict[str, list[tuple[str, str]]] = {}
        for alert in alerts:
            occasion = _occasion(channel, alert, told.get(alert.id, []), now)
            if occasion and _for(channel, alert, recipient) and not silenced(quiet, alert, local):
                due.setdefault(occasion.rstrip("0123456789"), []).append((alert.id, occasion))
        for name, found in due.items():
            message = AlertMessage(
                id=uuid4().hex, channel_id=channel.id, occasion=name, state="waiting", made_at=now, due_at=now
            )
            session.add(message)
            session.add_all(
                AlertTold(alert_id=a, channel_id=channel.id, occasion=o, message_id=message.id, at=now)
                for a, o in found
            )
            if name != "resolved" and recipient.acts:
                session.add(
                    AlertLink(
                        id=message.id,
                        account_id=channel.account_id,
                        alerts=[a for a, _ in found],
                        expires_at=now + LINK_LASTS,
                    )
                )
        return len(due)

    def _parcel(
        self, session: Session, row: AlertMessage, channel: AlertChannel, recipient: Recipient | None
    ) -> Parcel | None:
        if recipient is None:
            row.state, row.problem = "failed", "the account is off"
            return None
        try:
            terms = self._channels.opened(channel)
        except CastaneaError as sealed:
            row.state = "failed"
            row.problem = channel.problem = str(sealed)
            return None
        asked = (
            select(AlertRow).join(AlertTold, AlertTold.alert_id == AlertRow.id).where(AlertTold.message_id == row.id)
        )
        alerts = tuple(
            a
            for a in map(alert_of, session.scalars(asked.order_by(AlertRow.fired_at, AlertRow.member, AlertRow.id)))
            if _sees(a, recipient)
        )
        if not alerts and row.occasion != "trial":
            row.state, row.problem = "failed", "nothing of it may be seen any more"
            return None
        link = session.get(AlertLink, row.id)
        return Parcel(
            row.id,
            channel.id,
            row.occasion,
            terms,
            alerts,
            recipient.rights == Rights(),
            self._token(link) if link else "",
        )

    def _token(self, link: AlertLink) -> str:
        signed = f"{link.id}\x00{link.account_id}\x00{link.expires_at.isoformat()}".encode()
        return f"{link.id}.{hmac.new(self._key, signed, 'sha256').hexdigest()}"

    def _link(self, session: Session, token: str) -> AlertLink:
        row = session.get(AlertLink, token.partition(".")[0][:32])
        if row is None or not hmac.compare_digest(self._token(row).encode(), token.encode()):
            raise InputError("this link is not one of ours; open the alerts and sign in", code="channels.link_wrong")
        if row.used_at is not None:
            raise InputError("this link was used already; open the alerts and sign in", code="channels.link_used")
        if row.expires_at <= self._clock.now():
            raise InputError("this link is over; open the alerts and sign in", code="channels.link_over")
        return row


def _occasion(channel: AlertChannel, alert: Alert, told: list[tuple[str, datetime]], now: datetime) -> str:
    """For what an alert is to be told over a channel now; empty = for nothing."""
    names = {name for name, _ in told}
    if alert.resolved_at is not None:
        due = channel.content["resolved"] and "fired" in names and "resolved" not in names
        return "resolved" if due else ""
    if alert.acknowledged_at is not None or not shown_at(alert, now):
        return ""
    if not told:
        waits = alert.cause is None and now - alert.fired_at < WAITS_FOR_CAUSE
        return "fired" if alert.fired_at >= channel.created_at and not waits else ""
    hours, count = channel.content["again"], len(names) - 1
    if not hours or count >= channel.content["most_again"] or now - max(at for _, at in told) < timedelta(hours=hours):
        return ""
    return f"again{count + 1}"


def _for(channel: AlertChannel, alert: Alert, recipient: Recipient) -> bool:
    rule = alert.rule
    named = not rule.receivers or channel.account_id in rule.receivers
    grave = channel.content["least"] == "watch" or rule.severity == "critical"
    return named and grave and _sees(alert, recipient)


def _sees(alert: Alert, recipient: Recipient) -> bool:
    rule = alert.rule
    own = (*rule.where, Filter(rule.each, "in", (alert.member,))) if rule.each else rule.where
    return scope_within(rule.metric, own, recipient.rights)
