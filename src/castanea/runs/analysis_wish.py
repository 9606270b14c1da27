"""Whether an analysis can be run as it is wished."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from castanea.contracts.analysis import AnalysisField, AnalysisWish
from castanea.kit.errors import InputError
from castanea.runs.analysis_feed import Feed


def feed_of(feeds: Sequence[Feed], command: str) -> Feed:
    """Raises InputError for a command that the warehouse does not feed."""
    found = next((feed for feed in feeds if feed.command == command), None)
    if found is None:
        choices = [feed.command for feed in feeds]
        raise InputError(
            f"{command!r} is no analysis of the warehouse; there are {', '.join(choices)}",
            code="analysis.unknown",
            values={"command": command, "choices": ", ".join(choices)},
        )
    return found


def checked(feed: Feed, wish: AnalysisWish) -> AnalysisWish:
    """The wish with every field filled in. Raises InputError for what is unknown, missing or out of range."""
    known = {each.name: each for each in feed.fields}
    for name in wish.fields:
        if name not in known:
            raise _wrong(wish, name, f"{name!r} is not asked; there are {', '.join(known)}")
    return replace(wish, fields={name: _value(wish, each) for name, each in known.items()})


def _value(wish: AnalysisWish, asked: AnalysisField) -> str:
    said = wish.fields.get(asked.name, "").strip() or asked.default
    if not said:
        if asked.required:
            raise _wrong(wish, asked.name, "it has to be said")
        return ""
    if len(said) > 400:
        raise _wrong(wish, asked.name, "it is longer than 400 characters")
    if asked.kind in ("whole", "share"):
        return _number(wish, asked, said)
    if asked.choices and said not in asked.choices:
        raise _wrong(wish, asked.name, f"{said!r} is none of {', '.join(asked.choices)}")
    return said


def _number(wish: AnalysisWish, asked: AnalysisField, said: str) -> str:
    try:
        number = int(said) if asked.kind == "whole" else float(said)
    except ValueError:
        raise _wrong(wish, asked.name, f"{said!r} is no {'whole ' if asked.kind == 'whole' else ''}number") from None
    low, high = asked.least, asked.most
    if not math.isfinite(number) or (low is not None and number < low) or (high is not None and number > high):
        bounds = f"{low:g}" if high is None else f"{low:g} to {high:g}"
        raise _wrong(wish, asked.name, f"{said} is out of range; write {bounds}")
    return said


def _wrong(wish: AnalysisWish, name: str, what: str) -> InputError:
    values: dict[str, Any] = {"command": wish.command, "field": name, "what": what}
    return InputError(f"{name}: {what}", code="analysis.bad_field", values=values)
