"""castanea quarantine: what waits, why, and mending it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring

_IMPORT = "The import's number."


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Rows that could not be used: list them, mend them, replay them.")
    app.add_typer(commands, name="quarantine")

    @commands.command("list")
    def list_(
        of: str = typer.Option("", "--import", help=_IMPORT),
        limit: int = typer.Option(20, help="Most rows."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Show what waits, by reason."""
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea quarantine") as ask:
            answer = json.loads(ask.quarantine(of, limit))
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
            return
        for reason in answer["reasons"]:
            typer.echo(f"{reason['rows']:>10,}  {reason['reason']}")
        for row in answer["rows"]:
            where = f"{row['import_id'] or row['source']} row {row['source_row']}"
            typer.echo(
                f"{row['state']:<9} {where}: {row['reason']} {row['column'] or ''} (must be: {row['rule'] or '-'})"
            )

    @commands.command("export")
    def export_(
        file: Path = typer.Argument(Path("-"), metavar="[FILE]", help="The CSV to write; - = standard output."),
        of: str = typer.Option("", "--import", help=_IMPORT),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Write the waiting rows of an import as CSV with their reasons, personal values opened."""
        from castanea.runs.replay_quarantine import export

        place = wiring.workspace(folder(workspace, wiring))
        with wiring.landing(place) as (landing, vault):
            if file == Path("-"):
                export(landing.log, vault, sys.stdout, of)
                return
            with file.open("w", encoding="utf-8-sig", newline="") as out:
                count = export(landing.log, vault, out, of)
        told(f"{count:,} rows in {file}, personal values in clear. Mend it, then: castanea quarantine replay {file}")

    @commands.command("replay")
    def replay_(
        file: Path = typer.Argument(..., metavar="FILE", help="A mended export."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Land mended rows."""
        from castanea.runs.replay_quarantine import replay

        place = wiring.workspace(folder(workspace, wiring))
        with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea quarantine") as ask:
            outcome = replay(file, landing, wiring.clock)
            ask.wait(outcome.offset)
        if as_json:
            typer.echo(json.dumps({n: v for n, v in asdict(outcome).items() if n != "offset"}, ensure_ascii=False))
        told(
            f"{outcome.received:,} mended rows: {outcome.landed:,} landed, {outcome.refused:,} refused again and still waiting"
        )
        for reason, count in outcome.reasons.items():
            told(f"  {reason} {count:,}")
