"""query, checksum, rebuild; import and quarantine stand beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    import importlib

    for name in (
        "import_command",
        "imports_command",
        "watch_command",
        "quarantine_command",
        "formats_command",
        "reconcile_command",
        "grid_command",
        "metrics_command",
        "ask_command",
    ):
        importlib.import_module(f"castanea.cli.{name}").register(app, wiring)

    @app.command()
    def query(
        metrics: str = typer.Option(..., help="Metrics, divided by commas."),
        by: str = typer.Option("", help="Dimensions, grains (day, month) or cycles (weekday), divided by commas."),
        since: str = typer.Option("", "--from", help="First day."),
        until: str = typer.Option("", help="Last day."),
        last: str = typer.Option("", help="30d, 12m, 60min: the days, months before today; the minutes before now."),
        where: list[str] = typer.Option([], help="dimension=value[,value], dimension!=value; may stand several times."),
        compare: str = typer.Option("", help="yesterday, previous, last_week, last_year."),
        order: str = typer.Option("", help="Columns, divided by commas; -name descends."),
        limit: int | None = typer.Option(None, help="Most rows; the rest comes as one."),
        totals: bool = typer.Option(False, help="The row over all members too."),
        zone: str = typer.Option("", help="The report's zone; `shop` = each shop's own."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print the answer as JSON."),
    ) -> None:
        """Ask for numbers."""
        from castanea.cli.tables import print_answer
        from castanea.semantics import query_from_arguments

        asked = query_from_arguments(
            metrics=metrics, by=by, since=since, until=until, last=last, where=where, compare=compare, order=order, limit=limit, totals=totals, zone=zone,
        )  # fmt: skip
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea query") as ask:
            answer = ask.query(asked)
        if as_json:
            typer.echo(answer.decode())
        else:
            print_answer(answer)

    @app.command()
    def checksum(workspace: Path | None = workspace_option()) -> None:
        """Print name, rows and order-free sum of every table."""
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea checksum") as ask:
            for table in sorted(ask.checksums(), key=lambda t: t.table):
                typer.echo(f"{table.table} {table.rows} {table.sum}")

    @app.command()
    def rebuild(workspace: Path | None = workspace_option()) -> None:
        """Make the warehouse again from the log alone."""
        from castanea.cli.tables import progress_line

        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea rebuild") as ask, progress_line("Rebuilding") as line:
            ask.rebuild(lambda state: line(_share(state)))
        told("Rebuilt from the log.")


def _share(state: dict[str, Any]) -> float:
    return float(state["rebuilding"] if state["rebuilding"] is not None else 1.0)
