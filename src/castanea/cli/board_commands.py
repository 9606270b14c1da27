"""boards list and show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from castanea.cli.program import folder, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    boards = typer.Typer(no_args_is_help=True, help="Boards.")
    app.add_typer(boards, name="boards")

    @boards.command("list")
    def list_boards(workspace: Path | None = workspace_option()) -> None:
        """List the boards there are."""
        for board in _boards(workspace, wiring):
            typer.echo(f"{board['id']}  {board['title']['zh-CN']}  {board['title']['en']}  {len(board['tiles'])} tiles")

    @boards.command("show")
    def show(name: str, workspace: Path | None = workspace_option()) -> None:
        """Print a board as JSON."""
        from castanea.kit.errors import NotFound
        from castanea.kit.nearest import nearest

        known = {board["id"]: board for board in _boards(workspace, wiring)}
        if name not in known:
            raise NotFound(
                f"there is no board {name!r}{nearest(name, known).hint}; there are {', '.join(known)}",
                code="board.not_found",
            )
        typer.echo(json.dumps(known[name], ensure_ascii=False, indent=2))


def _boards(workspace: Path | None, wiring: Wiring) -> list[dict[str, Any]]:
    place = wiring.workspace(folder(workspace, wiring))
    with wiring.asking(place, "castanea boards") as ask:
        return list(json.loads(ask.boards()))
