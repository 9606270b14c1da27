"""The commands, and what is the same for all of them: the workspace, errors as one sentence, exit codes 0, 1 and 2."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from castanea import __version__
from castanea.cli.wiring import Wiring
from castanea.kit.errors import CastaneaError

DEFECT, WRONG = 1, 2


def program(wiring: Wiring) -> typer.Typer:
    """The whole command line over what it is wired to."""
    from castanea.cli import board_commands, data_commands, demo_command, server_commands, workspace_commands

    app = typer.Typer(
        name="castanea", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
        help="See an e-commerce business live, and decide on it.",
    )  # fmt: skip

    @app.callback(invoke_without_command=True)
    def root(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
        if version:
            typer.echo(__version__)
            raise typer.Exit

    for commands in (workspace_commands, server_commands, data_commands, board_commands, demo_command):
        commands.register(app, wiring)
    return app


def run(app: typer.Typer) -> int:
    """Run it on this process's arguments. 0 done, 2 the call or its input was wrong, 1 a defect; errors go to standard error."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        print("Cancelled.", file=sys.stderr)
        return WRONG
    except typer.TyperException as wrong:
        usage = getattr(wrong, "ctx", None)
        if usage is not None and "Usage:" not in str(wrong.format_message()):
            print(f"{usage.get_usage()}\nTry '{usage.command_path} --help'.\n", file=sys.stderr)
        print(f"castanea: {wrong.format_message()}".replace("castanea: Usage:", "Usage:"), file=sys.stderr)
        return WRONG
    except CastaneaError as refused:
        print(f"castanea: {refused}", file=sys.stderr)
        return DEFECT if refused.code == "castanea.defect" else WRONG
    except BrokenPipeError:
        return 0
    return int(code) if isinstance(code, int) else 0


def workspace_option() -> Path | None:
    """`--workspace DIR`, the same on every command."""
    option: Path | None = typer.Option(
        None, "--workspace", help="The workspace's folder; else CASTANEA_WORKSPACE, else this folder."
    )
    return option


def folder(given: Path | None, wiring: Wiring) -> Path:
    return given or wiring.default_workspace or Path()


def told(line: str) -> None:
    """A line for people, on standard error, so that standard output holds answers only."""
    print(line, file=sys.stderr, flush=True)


Register = Callable[[typer.Typer, Wiring], None]
