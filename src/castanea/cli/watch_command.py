"""castanea watch: folders whose new files the running server imports by itself."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Folders whose new files the running server imports by itself.")
    app.add_typer(commands, name="watch")

    @commands.command()
    def add(
        directory: Path | None = typer.Argument(None, metavar="[DIR]", help="The folder; else the workspace's inbox."),
        move: bool = typer.Option(False, "--move", help="Move what was imported into the folder's own `imported`."),
        shop: str = typer.Option("", help="The shop whose rows the files are."),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Watch a folder: a new file of a known format is imported, another waits in the pages and says why."""
        place = wiring.workspace(folder(workspace, wiring))
        if directory is None:
            place.inbox.mkdir(exist_ok=True, mode=0o700)
        made = wiring.watched(place).add(directory or place.inbox, "move" if move else "leave", shop, "")
        told(f"{made.path} is watched while `castanea serve` runs. To stop: castanea watch remove {made.id[:8]}")

    @commands.command("list")
    def list_(
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Show the folders, and what became of their newest files."""
        watched = wiring.watched(wiring.workspace(folder(workspace, wiring)))
        folders, files = watched.folders(), watched.files()
        if as_json:
            typer.echo(json.dumps(msgspec.to_builtins({"folders": folders, "files": files}), ensure_ascii=False))
            return
        for each in folders:
            typer.echo(f"{each.id[:8]}  {each.path}  {each.after}  {each.problem}".rstrip())
            for file in [f for f in files if f.folder == each.id][:20]:
                typer.echo(f"          {file.at:%Y-%m-%d %H:%M}Z  {file.state:<8}  {file.name}  {file.why}".rstrip())
        if not folders:
            told("No folder is watched. Watch one: castanea watch add DIR")

    @commands.command()
    def remove(
        which: str = typer.Argument(..., help="Its path, or its number or the first 6 or more characters of it."),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Watch a folder no longer; its files and what was imported stay."""
        watched = wiring.watched(wiring.workspace(folder(workspace, wiring)))
        gone = watched.remove(str(Path(which).resolve()) if Path(which).is_dir() else which)
        told(f"{gone.path} is watched no longer; its files and what was imported stay")
