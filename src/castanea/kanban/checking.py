"""What a board and a card may hold. Everything else is refused with its place and the bound."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from castanea.kanban.model import CardLink, Field, Label, Lane, Step
from castanea.kit.errors import InputError

MOST_CARDS, MOST_LISTS, MOST_LABELS, MOST_STEPS, MOST_PEOPLE = 10_000, 40, 60, 200, 50
MOST_FIELDS, MOST_CHOICES, MOST_LINKS = 20, 50, 30
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


def check_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The board's own fields with ids for new ones. Raises InputError."""
    if len(fields) > MOST_FIELDS or any(len(each.choices) > MOST_CHOICES for each in fields):
        raise wrong("fields", str(len(fields)), f"up to {MOST_FIELDS} with {MOST_CHOICES} choices")
    return tuple(
        replace(
            each, id=_id(each.id), title=check_text("fields.title", each.title, NAME, needed=True),
            choices=tuple(dict.fromkeys(check_text("fields.choices", c, NAME, needed=True) for c in each.choices)),
        )
        for each in fields
    )  # fmt: skip


def check_values(values: Mapping[str, str], fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What a card holds in the board's own fields; an empty text takes it out. Raises InputError for a value that is not of the field's kind."""
    known = {each["id"]: each for each in fields}
    kept: dict[str, str] = {}
    for name, text in values.items():
        if name not in known:
            raise wrong("values", name[:40], ", ".join(known) or "no field")
        field, told = known[name], check_text(known[name]["title"], text, 500)
        if not told:
            continue
        if field["kind"] == "number" and not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", told):
            raise wrong(field["title"], told[:40], "a number such as 1200.5")
        if field["kind"] == "date":
            told = _day(told, field["title"])
        if field["kind"] == "choice" and told not in field["choices"]:
            raise wrong(field["title"], told[:40], ", ".join(field["choices"]))
        kept[name] = told
    return kept


def check_links(links: Sequence[CardLink]) -> list[dict[str, str]]:
    """Each once. Raises InputError."""
    if len(links) > MOST_LINKS:
        raise wrong("links", str(len(links)), f"up to {MOST_LINKS}")
    kept = {
        (x.kind, check_text("links.id", x.id, 200, needed=True)): check_text("links.title", x.title, TITLE)
        for x in links
    }
    return [{"kind": kind, "id": number, "title": title} for (kind, number), title in kept.items()]


def check_content(
    fields: dict[str, Any], labels: set[str], people: set[str], own: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
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
    if "links" in kept:
        kept["links"] = check_links(kept["links"])
    if "values" in kept:
        kept["values"] = check_values(kept["values"], own)
    return kept


def _step(step: Step) -> dict[str, Any]:
    return {"text": check_text("steps", step.text, TITLE, needed=True), "done": step.done}


def _day(text: str, field: str = "due") -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as bad:
        raise wrong(field, text[:40], "a day such as 2026-11-20, or empty") from bad


def _id(given: str) -> str:
    if len(given) > 32:
        raise wrong("id", given[:40], "up to 32 characters")
    return given or uuid4().hex[:12]
