"""castanea grid: what has no file, typed or pasted from a spreadsheet."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.contracts.workspace import Workspace
    from castanea.runs.grids import Pasted

SHOWN = 20


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def grid(
        table: str = typer.Argument(..., help="cost, competitor_price, purchase_order, receipt, stock_level, …"),
        pasted: str = typer.Option(
            "", "--paste", metavar="FILE", help="Rows with a header, tabs or commas between cells; - = standard input."
        ),
        list_: bool = typer.Option(False, "--list", help="Show the versions."),
        undo: str = typer.Option("", metavar="VERSION", help="Take a version back."),
        limit: int = typer.Option(10_000, help="Most rows shown."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Show a table's rows for a spreadsheet (tabs between cells), or land what was typed there."""
        if bool(pasted) + list_ + bool(undo) > 1:
            raise InputError("give one of --paste, --list and --undo.", code="grid.options")
        place = wiring.workspace(folder(workspace, wiring))
        if pasted or undo:
            _land(wiring, place, table, pasted, undo, as_json=as_json)
            return
        with wiring.asking(place, "castanea grid") as ask:
            answer = ask.grid(table, limit)
        shown = json.loads(answer)
        if as_json:
            typer.echo(answer.decode())
        elif list_:
            for version in shown["versions"]:
                state = (
                    "taken back"
                    if version["undone"]
                    else f"takes back {version['undoes']}"
                    if version["undoes"]
                    else ""
                )
                typer.echo(f"{version['version']}  {version['time']}  {version['rows']:>7,} rows  {state}".rstrip())
        else:
            _print(shown)


def _land(wiring: Wiring, place: Workspace, table: str, pasted: str, undo: str, *, as_json: bool) -> None:
    from castanea.runs import grids

    with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea grid") as ask:
        outcome = (
            grids.undo(table, undo, landing, wiring.clock)
            if undo
            else grids.paste(table, _read(pasted), landing, wiring.clock)
        )
        if outcome.version:
            ask.wait(outcome.offset)
    if as_json:
        typer.echo(json.dumps({name: v for name, v in asdict(outcome).items() if name != "offset"}, ensure_ascii=False))
    _tell(outcome)
    if outcome.faults:
        raise typer.Exit(2)


def _tell(outcome: Pasted) -> None:
    for fault in outcome.faults[:SHOWN]:
        told(f"row {fault.row}, {fault.column or 'whole row'}: {fault.value!r} ({fault.reason}); must be {fault.valid}")
    if outcome.faults:
        told(f"{len(outcome.faults):,} cells are wrong; nothing was kept. Correct them and paste again.")
    elif outcome.undoes:
        told(
            f"Version {outcome.undoes} is taken back by {outcome.version}: {outcome.restored:,} rows as before, {outcome.withdrawn:,} withdrawn."
        )
        if outcome.stay:
            told(f"{outcome.stay:,} rows said nothing before and stay; correct them by pasting.")
        if outcome.since:
            told(f"{outcome.since:,} rows were changed later and stay as they are.")
    else:
        told(f"{outcome.rows:,} rows of {outcome.table} as version {outcome.version}.")


def _read(pasted: str) -> str:
    raw = sys.stdin.buffer.read() if pasted == "-" else Path(pasted).read_bytes() if Path(pasted).is_file() else None
    if raw is None:
        raise InputError(f"there is no file {pasted}; name one, or - for standard input.", code="grid.no_file")
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        f"{pasted} is neither UTF-8 nor GB18030 nor UTF-16 text; save it as one of them.", code="grid.no_text"
    )


def _print(shown: dict[str, list[dict[str, str]]]) -> None:
    out = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    out.writerow(column["name"] for column in shown["columns"])
    out.writerows(shown["rows"])
    for column in shown["columns"]:
        need = "required" if column["required"] else "may be empty"
        choices = f"; one of {', '.join(column['values'])}" if column["values"] else ""
        told(f"{column['name']} ({column['label']}): {need}{choices}")
