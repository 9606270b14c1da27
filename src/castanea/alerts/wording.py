"""Messages in words, in the recipient's language, cut to what a channel takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from castanea.alerts.model import Alert
from castanea.alerts.outbox import Parcel

MOST_LINES, MOST_CAUSES, MOST_NAME = 20, 3, 80
_SAYS = {
    "zh-CN": {
        "fired": "预警", "again": "预警仍未处理", "resolved": "预警已恢复", "trial": "这是一条测试消息：渠道可用。", "more": "……另有 {n} 条",
        "limit": "界限 {x}", "usual": "平常 {x}", "open": "查看", "count": "{title}（{n} 条）",
        "hours": "{x} 小时", "acknowledge": "确认（一次有效，24 小时内）",
    },
    "en": {
        "fired": "Alert", "again": "Alert still open", "resolved": "Alert over", "trial": "This is a trial message: the channel works.",
        "more": "… and {n} more", "limit": "limit {x}", "usual": "usually {x}", "open": "Open",
        "count": "{title} ({n})", "hours": "{x} hours", "acknowledge": "Acknowledge (once, within 24 hours)",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Worded:
    """`lines`: one per alert, most of them at first; `left`: how many have none. `open`: a link, empty where there is none; `acknowledge`: one that
    works once."""

    title: str
    lines: tuple[str, ...]
    left: int
    open: str
    language: str
    acknowledge: str = ""

    def text(self, most_bytes: int = 0) -> str:
        """As plain text of at most so many bytes of UTF-8 (0 = any): lines are left out from the end and counted, links stay."""
        says = _SAYS[self.language]
        lines, left = list(self.lines), self.left
        while True:
            told = [self.title, *lines, *([says["more"].format(n=left)] if left else [])]
            told += [f"{says['open']}: {self.open}"] if self.open else []
            told += [f"{says['acknowledge']}: {self.acknowledge}"] if self.acknowledge else []
            whole = "\n".join(told)
            if not most_bytes or len(whole.encode()) <= most_bytes:
                return whole
            if not lines:
                return whole.encode()[:most_bytes].decode(errors="ignore")
            lines.pop()
            left += 1


def worded(parcel: Parcel, address: str, zone: ZoneInfo, *, plain: bool = False) -> Worded:
    """`address`: of this server as people reach it, empty = no links. `plain`: without characters that a robot takes for a mention."""
    language = parcel.terms.language
    says = _SAYS[language]
    if parcel.occasion == "trial":
        return Worded(f"Castanea · {says['trial']}", (), 0, address, language)
    titles = list(dict.fromkeys(alert.rule.title for alert in parcel.alerts))
    about = "、".join(titles[:3]) if language == "zh-CN" else ", ".join(titles[:3])
    count = len(parcel.alerts)
    head = f"Castanea · {says[parcel.occasion]} · {says['count'].format(title=about, n=count) if count > 1 else about}"
    lines = [_line(alert, parcel, zone, many=len(titles) > 1, cause=parcel.whole and n < MOST_CAUSES)
             for n, alert in enumerate(parcel.alerts[:MOST_LINES])]  # fmt: skip
    one = f"{address}/alerts/{parcel.alerts[0].id}" if count == 1 else f"{address}/alerts"
    clean = _without_mentions if plain else _one_line
    once = f"{address}/acknowledge#{parcel.link}" if address and parcel.link else ""
    return Worded(clean(head), tuple(map(clean, lines)), count - len(lines), one if address else "", language, once)


def figure(alert: Alert, text: str | None, language: str) -> str:
    """A figure of an alert in its unit."""
    if text is None:
        return "—"
    number = Decimal(text)
    if alert.unit == "share":
        return f"{number:.1%}"
    if alert.unit == "hours":
        return _SAYS[language]["hours"].format(x=f"{number:.1f}")
    told = f"{number:,.2f}" if alert.unit == "money" else f"{number:,.1f}".removesuffix(".0")
    return f"{alert.currency} {told}" if alert.currency else told


def _line(alert: Alert, parcel: Parcel, zone: ZoneInfo, *, many: bool, cause: bool) -> str:
    language = parcel.terms.language
    says, shown = _SAYS[language], alert.latest if parcel.occasion == "resolved" else alert.fired
    name = alert.name or alert.member
    parts = [part[:MOST_NAME] for part in ((alert.rule.title if many else ""), name) if part]
    base = (says["usual"], alert.fired.base) if alert.fired.base is not None else (says["limit"], alert.against)
    held = base[0].format(x=figure(alert, base[1], language))
    at = shown.at.astimezone(zone)
    colon = "" if not parts else "：" if language == "zh-CN" else ": "
    told = f"• {' · '.join(parts)}{colon}{figure(alert, shown.value, language)} ({held}) {at:%m-%d %H:%M}"
    said = (
        alert.cause.words.get(language, "")
        if cause and alert.cause is not None and parcel.occasion != "resolved"
        else ""
    )
    return f"{told} — {said}" if said else told


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _without_mentions(text: str) -> str:
    """What robots read as a mention, a link or a picture is told as what it is."""
    return _one_line(text).translate({ord("<"): "＜", ord(">"): "＞", ord("@"): "＠", ord("["): "［", ord("]"): "］"})


def as_data(parcel: Parcel, said: Worded) -> dict[str, object]:
    """For programs: the webhook's body."""
    return {
        "id": parcel.id, "occasion": parcel.occasion, "title": said.title, "text": said.text(), "open": said.open, "acknowledge": parcel.link,
        "alerts": [
            {
                "id": alert.id, "rule": {"id": alert.rule.id, "title": alert.rule.title, "metric": alert.rule.metric, "severity": alert.rule.severity},
                "dimension": alert.rule.each, "member": alert.member, "name": alert.name, "state": alert.state, "value": alert.fired.value,
                "expected": alert.fired.base, "against": alert.against, "unit": alert.unit, "currency": alert.currency,
                "fired_at": _iso(alert.fired_at), "resolved_at": _iso(alert.resolved_at),
                "cause": {"class": alert.cause.why[0]["cause_class"] if alert.cause.why else "unknown", "words": alert.cause.words}
                if alert.cause is not None and parcel.whole else None,
            }
            for alert in _bounded(parcel.alerts)
        ],
        "left_out": max(0, len(parcel.alerts) - 200),
    }  # fmt: skip


def _bounded(alerts: Sequence[Alert]) -> Sequence[Alert]:
    return alerts[:200]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
