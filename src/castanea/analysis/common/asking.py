"""What an analysis is called, what it may be told, and where its function stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from castanea.analysis.common.answer import Answer, settled
from castanea.analysis.common.columns import names
from castanea.kit.errors import InputError

Kind = Literal["column", "columns", "text", "list", "number", "whole", "share", "flag", "file", "choice"]


@dataclass(frozen=True)
class Option:
    """`name` as on the command line without dashes; `into` the function's argument (by default the name with _ for -)."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    default: Any = None
    into: str = ""
    choices: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        return self.into or self.name.replace("-", "_")


@dataclass(frozen=True)
class Command:
    """`where` is module:function behind `castanea.analysis.`; `input` names the file on the help page. `tree`: the answer is JSON."""

    name: str
    group: Literal["describe", "diagnose", "predict", "prescribe"]
    where: str
    input: str
    help: str
    options: tuple[Option, ...]
    tree: bool = False
    seeded: bool = False

    def run(self, table: Any, given: Mapping[str, Any]) -> Answer:
        """Call the function on the table with what was given. Raises InputError."""
        module, _, function = self.where.partition(":")
        answer: Answer = getattr(import_module(f"castanea.analysis.{module}"), function)(table, **given)
        return settled(answer)


def taken(option: Option, given: Any) -> Any:
    """What was given, as text, as the function takes it; None leaves its default. Raises InputError."""
    if given is None:
        return option.default
    if option.kind in ("columns", "list"):
        return tuple(names(given))
    if option.kind in ("number", "share", "whole"):
        try:
            return int(given) if option.kind == "whole" else float(given)
        except ValueError as wrong:
            raise InputError(f"--{option.name} is {given!r}; write a number", code="analysis.bad_number") from wrong
    return given


__all__ = ["Command", "Kind", "Option", "taken"]
