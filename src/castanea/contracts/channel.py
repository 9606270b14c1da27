"""Ways by which people are told of alerts, and times in which they are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from castanea.contracts.alert import Severity

ChannelKind = Literal["email", "webhook", "dingtalk", "wecom", "feishu", "slack"]
MessageState = Literal["waiting", "sending", "sent", "failed", "unknown"]


@dataclass(frozen=True)
class ChannelTerms:
    """`address`: an e-mail address, or the robot's or receiver's https address. `secret`: what messages are signed with (webhook, DingTalk,
    Feishu). Both are sealed where they are kept; in a change, empty = as it was. `least`: from which severity on. `language` of its messages.
    `again`: hours after which an alert that nobody took is told again (0 = never), up to `most_again` times. `resolved`: tell its end too."""

    kind: ChannelKind
    title: str
    address: str = ""
    secret: str = ""
    least: Severity = "watch"
    language: Literal["zh-CN", "en"] = "zh-CN"
    again: int = 0
    most_again: int = 3
    resolved: bool = True
    enabled: bool = True


@dataclass(frozen=True)
class Channel:
    """`terms` with the address shortened to its host or to a masked e-mail address, and without its secret."""

    id: str
    account: str
    terms: ChannelTerms
    version: int
    created_at: datetime
    problem: str = ""


@dataclass(frozen=True)
class SentMessage:
    """`alerts`: how many it tells of."""

    id: str
    channel: str
    occasion: str
    state: MessageState
    made_at: datetime
    sent_at: datetime | None
    tries: int
    alerts: int
    problem: str = ""


@dataclass(frozen=True)
class SilenceTerms:
    """Days `first` … `last` (both included, as YYYY-MM-DD; empty = no bound) and, within them, the minutes `begin` … `end` of the day in the
    workspace's zone (an end before its begin goes over midnight) on `weekdays` (1 = Monday; empty = all). `rules`: which ones, empty = all.
    Critical alerts are told all the same unless `critical`."""

    title: str
    first: str = ""
    last: str = ""
    begin: int = 0
    end: int = 1440
    weekdays: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    critical: bool = False


@dataclass(frozen=True)
class Silence:
    id: str
    terms: SilenceTerms
    created_at: datetime
    created_by: str
    now: bool


@dataclass(frozen=True)
class ChannelEdit:
    """`base`: the version that the change was made on."""

    base: int
    terms: ChannelTerms


@dataclass(frozen=True)
class LinkLook:
    """What a link acknowledges: the titles of its alerts; `alerts`: how many."""

    titles: tuple[str, ...]
    alerts: int
    account: str
