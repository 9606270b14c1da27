"""What a board and a card may hold. Everything else is refused with its place and the bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from castanea.kanban.model import Label, Lane, Step
from castanea.kit.errors import InputError

MOST_CARDS, MOST_LISTS, MOST_LABELS, MOST_STEPS, MOST_PEOPLE = 10_000, 40, 60, 200, 50
TITLE, TEXT, NAME = 300, 20_000, 80  # characters


def wrong(field: str, why: str, valid: str) -> InputError:
    return InputError(
        f"{field}: {why}; valid: {valid}. Nothing was kept.",
        code="kanban.bad_field",
        values={"field": field, "why": why, "valid": valid},
    )


def check_text(field: str, text: str, most: int, *, needed: bool = False) -> str:
    """The text without blanks around it. Raises InputError when it is too long, or empty where needed."""
    text = text.strip()
    if len(text) > most or (needed and not text):
        raise wrong(field, f"{len(text)} characters", f"{int(needed)}–{most} characters")
    return text


def check_lists(lists: Sequence[Lane]) -> tuple[Lane, ...]:
    """The lists with ids for new ones. Raises InputError."""
    if not 1 <= len(lists) <= MOST_LISTS or len({x.id for x in lists if x.id}) < sum(1 for x in lists if x.id):
        raise wrong("lists", f"{len(lists)}, or one twice", f"1–{MOST_LISTS}, each once")
    if any(not 0 <= each.limit <= 999 for each in lists):
        raise wrong("lists.limit", "out of range", "0–999")
    return tuple(
        replace(each, id=_id(each.id), title=check_text("lists.title", each.title, NAME, needed=True)) for each in lists
    )


def check_labels(labels: Sequence[Label]) -> tuple[Label, ...]:
    """The labels with ids for new ones. Raises InputError."""
    if len(labels) > MOST_LABELS:
        raise wrong("labels", str(len(labels)), f"up to {MOST_LABELS}")
    return tuple(
        replace(each, id=_id(each.id), title=check_text("labels.title", each.title, NAME, needed=True))
        for each in labels
    )


def check_content(fields: dict[str, Any], labels: set[str], people: set[str]) -> dict[str, Any]:
    """The fields of a card as they are kept (JSON). Raises InputError."""
    kept = dict(fields)
    if "title" in kept:
        kept["title"] = check_text("title", kept["title"], TITLE, needed=True)
    if "description" in kept:
        kept["description"] = check_text("description", kept["description"], TEXT)
    for name, known in (("labels", labels), ("assignees", people)):
        if name in kept:
            kept[name] = list(dict.fromkeys(kept[name]))
            unknown = [each for each in kept[name] if each not in known]
            if unknown or len(kept[name]) > MOST_PEOPLE:
                raise wrong(name, ", ".join(unknown)[:200] or "too many", f"those of the board, up to {MOST_PEOPLE}")
    if kept.get("due"):
        kept["due"] = _day(kept["due"])
    if "steps" in kept:
        if len(kept["steps"]) > MOST_STEPS:
            raise wrong("steps", str(len(kept["steps"])), f"up to {MOST_STEPS}")
        kept["steps"] = [_step(step) for step in kept["steps"]]
    return kept


def _step(step: Step) -> dict[str, Any]:
    return {"text": check_text("steps", step.text, TITLE, needed=True), "done": step.done}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as bad:
        raise wrong("due", text[:40], "a day such as 2026-11-20, or empty") from bad


def _id(given: str) -> str:
    if len(given) > 32:
        raise wrong("id", given[:40], "up to 32 characters")
    return given or uuid4().hex[:12]
