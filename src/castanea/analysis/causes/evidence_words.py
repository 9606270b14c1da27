"""Evidence in words, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from castanea.analysis.causes import Deviation, RankedCause
from castanea.analysis.causes.happenings import Happening
from castanea.analysis.causes.kinds import CLASS_WORDS, Kind

GRADES = {
    "tested": ("经实验验证", "tested by an experiment"),
    "likely": ("很可能", "likely"),
    "coincides": ("时间上吻合", "coincides in time"),
}


def moment_text(at: datetime | int, *, dated: bool) -> str:
    if isinstance(at, int):
        return str(at)
    return f"{at:%Y-%m-%d}" if dated else f"{at:%Y-%m-%d %H:%M}"


def told_series(
    kind: Kind, scope: Mapping[str, str], before: float | None, during: float | None, since: datetime | int, compared: int, *, dated: bool
) -> dict[str, str]:  # fmt: skip
    """What a series did."""
    at = moment_text(since, dated=dated)
    zh_scope, en_scope = scope_text(scope)
    was, now = _number(before), _number(during)
    zh = f"{kind.zh}{zh_scope}：平常 {was}，期间 {now}（自 {at}）"
    en = f"{kind.en}{en_scope}: usually {was}, {now} in the time (since {at})"
    if compared:
        zh += f"，与范围外 {compared} 个同类序列对照"
        en += f", held against {compared} like series outside"
    return {"zh": zh, "en": en}


def told_event(event: Happening, at: datetime | int, *, dated: bool) -> dict[str, str]:
    """What happened."""
    when, (zh_scope, en_scope) = moment_text(at, dated=dated), scope_text(event.scope)
    said = f"：{event.text}" if event.text else ""
    en_said = f": {event.text}" if event.text else ""
    return {
        "zh": f"事件 {event.name}{zh_scope}（{when}）{said}",
        "en": f"event {event.name}{en_scope} ({when}){en_said}",
    }


def scope_text(scope: Mapping[str, str]) -> tuple[str, str]:
    """A scope in brackets."""
    if not scope:
        return "", ""
    parts = sorted(scope.items())
    return f"（{'、'.join(f'{k}＝{v}' for k, v in parts)}）", f" ({', '.join(f'{k} {v}' for k, v in parts)})"


def paragraph(causes: Sequence[RankedCause], deviation: Deviation, without: Sequence[str]) -> dict[str, str]:
    """The answer: the likeliest class, its evidence, what else it may be, and what was not looked at."""
    first, second = causes[0], causes[1]
    zh_scope, en_scope = scope_text(deviation.where)
    way = ("下降", "fall") if deviation.deviation < 0 else ("上升", "rise")
    zh_missing = f"没有关于{'、'.join(CLASS_WORDS[c][0] for c in without)}的数据，这些原因无法判断。" if without else ""
    en_missing = f" There is nothing to look at for {', '.join(CLASS_WORDS[c][1] for c in without)}." if without else ""
    if first.cause_class == "unknown":
        zh_next = (
            f"最接近的线索是{CLASS_WORDS[second.cause_class][0]}（{second.probability:.0%}），但证据不足。"
            if second.evidence
            else ""
        )
        en_next = (
            f" The nearest lead is {CLASS_WORDS[second.cause_class][1]} ({second.probability:.0%}), which is too weak."
            if second.evidence
            else ""
        )
        return {
            "zh": f"原因不明：{way[0]}期间{zh_scope}没有哪条线索比平时更吻合（把握 {first.probability:.0%}）。{zh_next}{zh_missing}",
            "en": f"The cause is unknown ({first.probability:.0%}): when and where it {_went(deviation)}{en_scope}, nothing "
                f"moved more than it does at other times.{en_next}{en_missing}",
        }  # fmt: skip
    label, grade = CLASS_WORDS[first.cause_class], GRADES[first.grade or "coincides"]
    zh_why, en_why = (
        "；".join(e.text["zh"] for e in first.evidence[:2]),
        "; ".join(e.text["en"] for e in first.evidence[:2]),
    )
    zh_else = (
        f"其次是{CLASS_WORDS[second.cause_class][0]}（{second.probability:.0%}）。"
        if second.probability >= 0.05
        else ""
    )
    en_else = (
        f" Next comes {CLASS_WORDS[second.cause_class][1]} ({second.probability:.0%})."
        if second.probability >= 0.05
        else ""
    )
    zh_care = "" if first.grade == "tested" else "这是时间和范围上的吻合，不是证明。"
    en_care = "" if first.grade == "tested" else " It fits in time and scope; that is no proof."
    return {
        "zh": f"{way[0]}{zh_scope}的原因最可能是{label[0]}（{first.probability:.0%}，{grade[0]}）：{zh_why}。{zh_else}{zh_care}{zh_missing}",
        "en": f"The {way[1]}{en_scope} is most probably about {label[1]} ({first.probability:.0%}, {grade[1]}): {en_why}.{en_else}{en_care}{en_missing}",
    }  # fmt: skip


def _went(deviation: Deviation) -> str:
    return "fell" if deviation.deviation < 0 else "rose"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}"
