"""castanea imports: what was imported, and taking an import back as a whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring

_NUMBER = "The import's number, or the first 6 or more characters of it."


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(no_args_is_help=True, help="What was imported: list it, take an import back, bring it back.")
    app.add_typer(commands, name="imports")

    @commands.command("list")
    def list_(
        limit: int = typer.Option(20, help="Most imports."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Show the imports, newest first."""
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea imports") as ask:
            records = json.loads(ask.imports(limit))
        if as_json:
            typer.echo(json.dumps(records, ensure_ascii=False))
            return
        for record in records:
            typer.echo(_line(record))
        if not records:
            told("Nothing was imported yet. Import a file: castanea import FILE")

    @commands.command()
    def undo(
        number: str = typer.Argument(..., help=_NUMBER),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Take an import back as a whole: as if it had never been, what it replaced stands again."""
        _set(wiring, workspace, number, undone=True, as_json=as_json)

    @commands.command()
    def redo(
        number: str = typer.Argument(..., help=_NUMBER),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Bring an import back that was taken back."""
        _set(wiring, workspace, number, undone=False, as_json=as_json)


def _set(wiring: Wiring, workspace: Path | None, number: str, *, undone: bool, as_json: bool) -> None:
    from castanea.cli.tables import progress_line
    from castanea.runs.undo_import import ImportDesk

    place = wiring.workspace(folder(workspace, wiring))
    with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea imports") as ask:
        outcome = ImportDesk(landing, wiring.clock).set_undone(number, undone=undone)
        with progress_line("Making the numbers again") as line:
            ask.wait(outcome.offset, lambda state: line(float(state["rebuilding"] or 0)))
    if as_json:
        typer.echo(json.dumps({name: v for name, v in asdict(outcome).items() if name != "offset"}, ensure_ascii=False))
    back = f"castanea imports {'redo' if undone else 'undo'} {outcome.import_id[:8]}"
    state = "is taken back" if undone else "stands again"
    told(f"The import of {outcome.file} ({outcome.received:,} rows) {state}. To change your mind: {back}")


def _line(record: dict[str, Any]) -> str:
    figures = ", ".join(
        f"{name} {record[name]:,}" for name in ("received", "loaded", "duplicates", "superseded", "quarantined") if record.get(name)
    )  # fmt: skip
    state = "  taken back" if record["undone"] else ""
    return f"{record['import_id'][:8]}  {record['time']}  {record['file']}  ({record['format']})  {figures}{state}"
