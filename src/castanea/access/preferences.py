"""How somebody wants to see Castanea."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

Language = Literal["", "zh-CN", "en"]
Theme = Literal["system", "light", "dark"]
DirectionColours = Literal["", "red-up", "green-up", "blue-up"]
Density = Literal["comfortable", "compact"]


@dataclass(frozen=True)
class Preferences:
    """An empty `language` follows the browser; empty `direction_colours` follow the language (red-up in zh-CN, green-up in en)."""

    language: Language = ""
    theme: Theme = "system"
    direction_colours: DirectionColours = ""
    density: Density = "comfortable"

    def to_state(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_state(cls, stored: dict[str, Any]) -> Preferences:
        """From what was stored, leaving out what this version does not know."""
        hints = get_type_hints(cls)
        known = {f.name: stored[f.name] for f in fields(cls) if stored.get(f.name) in get_args(hints[f.name])}
        return cls(**known)
