"""What the simulated shop has told so far, so that a second start goes on where the first ended."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from castanea.demo.beside import Span
from castanea.demo.config import DemoConfig
from castanea.kit.errors import InputError


@dataclass
class Diary:
    """`since` is the moment (µs UTC) as of which the past is told, `cursor` up to which the stream has gone on, `told` the pieces landed,
    `beside` the spans in which orders beside the plan were sent."""

    path: Path
    config: DemoConfig
    since: int
    cursor: int
    told: set[str] = field(default_factory=set)
    beside: list[Span] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, config: DemoConfig, now: int) -> Diary:
        """The diary of a workspace, or a new one. An old diary's world stays what it was, whatever `config` says."""
        if not path.exists():
            return cls(path, config, now, now)
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            shop = kept["config"]
            config = DemoConfig(
                **{
                    **shop,
                    "last_day": date.fromisoformat(shop["last_day"]),
                    "without": frozenset(),
                    "countered": frozenset(),
                }
            )
            return cls(
                path,
                config,
                kept["since"],
                kept["cursor"],
                set(kept["told"]),
                [Span(*span) for span in kept.get("beside", [])],
            )
        except (ValueError, KeyError, TypeError) as broken:
            raise InputError(
                f"{path} cannot be read ({broken}), so the simulated shop does not know what it has told; delete the demo workspace and start again",
                code="demo.diary_broken",
                values={"path": str(path)},
            ) from broken

    def went_beside(self, span: Span) -> None:
        """Note a span of orders beside the plan; one that goes on with the last lengthens it."""
        last = self.beside[-1] if self.beside else None
        if last and (last.until, last.per_minute) == (span.after, span.per_minute):
            self.beside[-1] = Span(last.after, span.until, span.per_minute)
        elif span.per_minute > 0 and span.until > span.after:
            self.beside.append(span)

    def write(self) -> None:
        """Whole or not at all."""
        shop: dict[str, Any] = {**self.config.__dict__, "last_day": self.config.last_day.isoformat()}
        del shop["without"], shop["countered"]
        said = {"since": self.since, "cursor": self.cursor, "told": sorted(self.told), "beside": self.beside}
        text = json.dumps({"config": shop, **said})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.path)
