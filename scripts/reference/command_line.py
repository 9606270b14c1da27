"""Every command and option, from the command line's own declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import typer

from castanea.cli.program import program
from reference import GENERATED, row

INTRODUCTION = """# Command line

Every command works whether a server runs on the workspace or not: it asks the running one, else it opens the workspace itself.
`--workspace DIR`, else the environment variable `CASTANEA_WORKSPACE`, else the present folder. Answers go to standard output, everything
else to standard error; exit code 0 is done, 2 a call or an input that is wrong, 1 a defect.
"""


def page() -> str:
    """Return the page of all commands that people call."""
    root: Any = typer.main.get_command(program(cast(Any, None)))
    commands = sorted(_commands(root, "castanea"))
    text = GENERATED + INTRODUCTION + "\n" + row("command", "what it does") + row("---", "---")
    for name, command in commands:
        text += row(f"[`{name}`](#{name.replace(' ', '-')})", _sentence(command))
    return text + "".join(_section(name, command) for name, command in commands)


def _commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _commands(command, f"{prefix} {name}")
        elif not command.hidden:
            yield f"{prefix} {name}", command


def _sentence(command: Any) -> str:
    return str((command.help or "").strip().split("\n\n")[0].replace("\n", " "))


def _section(name: str, command: Any) -> str:
    arguments = [
        one for one in command.params if one.param_type_name == "argument" and not getattr(one, "hidden", False)
    ]
    options = [
        one for one in command.params if one.param_type_name == "option" and not one.hidden and one.name != "help"
    ]
    call = " ".join([name, *(_argument(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    text = f"\n## {name}\n\n```sh\n{call}\n```\n\n{(command.help or '').strip()}\n"
    if any(getattr(one, "help", None) for one in arguments) or options:
        text += "\n" + row("argument or option", "what it is") + row("---", "---")
        text += "".join(row(f"`{_argument(one)}`", getattr(one, "help", None) or "") for one in arguments)
        text += "".join(row(_option(one), _meaning(one)) for one in options)
    return text


def _argument(one: Any) -> str:
    shown = one.metavar or one.name.upper()
    shown = shown if one.nargs == 1 or shown.endswith("…") else f"{shown}…"
    return shown if one.required or shown.startswith("[") else f"[{shown}]"


def _option(one: Any) -> str:
    value = "" if one.is_flag else f" {one.metavar or _kind(one)}"
    return ", ".join(f"`{name}{value}`" for name in (*one.opts, *one.secondary_opts))


def _meaning(one: Any) -> str:
    default = one.default
    told = "" if one.is_flag or callable(default) or default in (None, "", (), []) else f" Default: `{default}`."
    return f"{one.help or ''}{' Required.' if one.required else ''}{told}".strip()


def _kind(one: Any) -> str:
    kinds = {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "Path": "PATH"}
    name = one.bare_type().removeprefix("list[").removesuffix("]")
    return next((shown for kind, shown in kinds.items() if kind in name), name.upper())
