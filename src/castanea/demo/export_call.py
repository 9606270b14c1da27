"""An export as it is asked for in words: checked, made and written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast, get_args

from castanea.demo.config import sized
from castanea.demo.exporting import Asked, Platform, export_files
from castanea.demo.history import Past
from castanea.demo.paying import DAY, SECOND
from castanea.demo.world import World
from castanea.kit.clock import Clock, micros
from castanea.kit.errors import InputError


@dataclass(frozen=True)
class ExportCall:
    """Days as YYYY-MM-DD and times as YYYY-MM-DD HH:MM[:SS] in the shop's zone; empty = the default."""

    platform: str
    size: str = "small"
    seed: int = 7
    last_day: str = ""
    since: str = ""
    until: str = ""
    at: str = ""


def export_to(call: ExportCall, folder: Path, clock: Clock) -> list[tuple[Path, int]]:
    """Write the files into `folder` (made if it is not there): path and rows of each. Raises InputError for what cannot be asked."""
    if call.platform not in get_args(Platform):
        raise _wrong(
            f"'{call.platform}' is no platform of the simulated shop", f"valid are {', '.join(get_args(Platform))}"
        )
    if call.size not in ("small", "year"):
        raise _wrong(f"'{call.size}' is no size", "valid are small (90 days) and year")
    last_day = _day(call.last_day) if call.last_day else clock.now().date() - timedelta(days=1)
    world = World(sized("small" if call.size == "small" else "full", call.seed, last_day))
    first = last_day + timedelta(days=world.config.first_index)
    since, until = (_day(text) if text else default for text, default in ((call.since, first), (call.until, last_day)))
    if not first <= since <= until <= last_day:
        raise _wrong(
            f"the simulated shop has no days from {since} until {until}",
            f"its history is {first} … {last_day} (--last-day moves it)",
        )
    at = _moment(call.at, world) if call.at else world.midnight(until) + DAY - SECOND
    if at < world.midnight(since):
        raise _wrong(f"at {call.at} nothing of {since} … {until} had happened", "give a later --at")
    past = Past(world, 1)
    folder.mkdir(parents=True, exist_ok=True)
    asked = Asked(cast(Platform, call.platform), since, until, at)
    return [(file.write(folder), file.rows.height) for file in export_files(past, asked)]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise _wrong(f"'{text}' is no day", "write it as 2026-11-20") from wrong


def _moment(text: str, world: World) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise _wrong(f"'{text}' is no time", "write it as 2026-11-20 09:30") from wrong
    return micros(found if found.tzinfo else found.replace(tzinfo=world.zone))


def _wrong(what: str, choice: str) -> InputError:
    return InputError(f"{what}; {choice}", code="demo.export_asked", values={"what": what, "choice": choice})
