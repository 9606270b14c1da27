"""castanea board: list, show, export and import boards, so that they can live in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring

if TYPE_CHECKING:
    from castanea.contracts.board import BoardSpec


def register(app: typer.Typer, wiring: Wiring) -> None:
    boards = typer.Typer(no_args_is_help=True, help="Boards: list them, export and import them as YAML.")
    app.add_typer(boards, name="board")
    app.add_typer(boards, name="boards", hidden=True)

    @boards.command("list")
    def list_boards(workspace: Path | None = workspace_option()) -> None:
        """List the boards there are."""
        for board in _boards(workspace, wiring).values():
            typer.echo(f"{board.id}  {board.title['zh-CN']}  {board.title['en']}  {len(board.tiles)} tiles")

    @boards.command("show")
    def show(name: str, workspace: Path | None = workspace_option()) -> None:
        """Print a board as JSON."""
        import msgspec

        board = _found(_boards(workspace, wiring), name)
        typer.echo(json.dumps(msgspec.to_builtins(board), ensure_ascii=False, indent=2))

    @boards.command("export")
    def export(
        name: str,
        file: Path = typer.Argument(Path("-"), metavar="[FILE]", help="The YAML to write; - = standard output."),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Write a board as YAML."""
        from castanea.boards import write_board

        text = write_board(_found(_boards(workspace, wiring), name))
        if file == Path("-"):
            typer.echo(text, nl=False)
            return
        file.write_text(text, encoding="utf-8")
        told(f"{name} is in {file}. Bring it in again: castanea board import {file}")

    @boards.command("import")
    def import_(
        files: list[Path] = typer.Argument(..., metavar="FILE...", help="Boards as YAML."),
        replace: bool = typer.Option(False, "--replace", help="A board of the same id gets a new version."),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Read boards from YAML; without --replace an id that is there already gets a number."""
        from castanea.boards import read_board

        place = wiring.workspace(folder(workspace, wiring))
        read = [read_board(path.read_text(encoding="utf-8"), str(path)) for path in files]  # all, before any is kept
        known, kept = _boards(workspace, wiring), wiring.boards(place)
        for spec in read:
            same = known.get(spec.id) if replace else None
            board = kept.save(same, spec, "").board if same else kept.create(spec, "", taken=tuple(known))
            told(f"{board.spec.id}: version {board.spec.version}, {len(board.spec.tiles)} tiles")


def _boards(workspace: Path | None, wiring: Wiring) -> dict[str, BoardSpec]:
    """The ready-made boards and people's own, by id; archived ones too."""
    import msgspec

    from castanea.contracts.board import BoardSpec

    place = wiring.workspace(folder(workspace, wiring))
    with wiring.asking(place, "castanea board") as ask:
        ready = msgspec.json.decode(ask.boards(), type=list[BoardSpec])
    return {board.id: board for board in ready} | {board.spec.id: board.spec for board in wiring.boards(place).all()}


def _found(known: dict[str, BoardSpec], name: str) -> BoardSpec:
    from castanea.kit.errors import NotFound
    from castanea.kit.nearest import nearest

    if name not in known:
        raise NotFound(
            f"there is no board {name!r}{nearest(name, known).hint}; there are {', '.join(known)}",
            code="board.not_found",
            values={"board": name, "boards": ", ".join(known)},
        )
    return known[name]
