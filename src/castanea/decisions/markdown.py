"""A decision on one page, to be kept or sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from castanea.decisions.model import Decision, Option

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|!])")


def as_markdown(decision: Decision, people: Mapping[str, str]) -> str:
    """Markdown with everything that was said and measured; texts of people are escaped. `people`: names by id."""
    goal, parts = decision.goal, [f"# {_plain(decision.question)}", ""]
    parts += [
        f"**{decision.state}** · {decision.kind} · {decision.created_at:%Y-%m-%d} · {_plain(people.get(decision.created_by, ''))}",
        "",
    ]
    if decision.trigger.kind != "none":
        parts += [f"## Why it was asked: {_plain(decision.trigger.title or decision.trigger.kind)}", ""]
        parts += [
            f"- {n.metric} {_plain(n.name)}: {n.value or '?'} {n.currency}, expected {n.base or '?'}"
            for n in decision.trigger.numbers
        ]
        parts += ["", _plain(decision.trigger.cause.get("en", "")), ""]
    parts += ["## Options", "", "| option | effect a day | cost | confidence |", "| --- | --- | --- | --- |"]
    parts += [_row(option, chosen=option.id == decision.chosen) for option in decision.options]
    if decision.chosen:
        by = _plain(people.get(decision.decided_by, ""))
        parts += ["", "## Decision", "", f"{_plain(decision.reasons)} ({by}, {decision.decided_at:%Y-%m-%d})"]
        if decision.approved_by:
            parts += ["", f"Approved by {_plain(people.get(decision.approved_by, ''))}."]
    parts += [f"- {_plain(people.get(s.by, ''))}: {s.stance}. {_plain(s.why)}" for s in decision.said]
    if goal.metric:
        parts += [
            "",
            f"Shows on {goal.metric}, from {goal.begins or '?'}, looked back at on {goal.review or '?'}; expected {goal.expected or '?'}.",
        ]
    if decision.tasks:
        parts += ["", "## Tasks", ""]
        parts += [
            f"- [{'x' if t.done else ' '}] {_plain(t.text)} {t.due} {_plain(people.get(t.owner, ''))}".rstrip()
            for t in decision.tasks
        ]
    effect = decision.effect
    if effect is not None:
        parts += [
            "",
            "## Measured effect",
            "",
            f"**{effect.verdict}** until {effect.until}{f' ({effect.why})' if effect.why else ''}",
        ]
        if effect.mean is not None and effect.mean_lo is not None and effect.mean_hi is not None:
            parts += ["", f"{effect.mean:,.2f} a day, 80 % interval {effect.mean_lo:,.2f} to {effect.mean_hi:,.2f}"]
    return "\n".join(parts) + "\n"


def _row(option: Option, *, chosen: bool) -> str:
    interval = f" ({option.effect_lo} to {option.effect_hi})" if option.effect_lo or option.effect_hi else ""
    title = f"**{_plain(option.title)}** ✓" if chosen else _plain(option.title)
    return f"| {title} | {option.effect or '?'}{interval} | {option.cost or '?'} | {option.confidence or '?'} |"


def _plain(text: str) -> str:
    """Text of people as text: no mark of it is read as Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
