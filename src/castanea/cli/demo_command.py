"""demo: a simulated shop in a workspace of its own, served and fed."""

from __future__ import annotations

from json import dumps
from pathlib import Path

import typer

from castanea.cli.program import folder, workspace_option
from castanea.cli.wiring import Feeding, Wiring
from castanea.kit.errors import Conflict


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(invoke_without_command=True, help="Serve a simulated shop, or export its files.")
    app.add_typer(commands, name="demo")

    @commands.callback()
    def demo(
        context: typer.Context,
        workspace: Path | None = workspace_option(),
        host: str = typer.Option("127.0.0.1", help="Address to listen on."),
        port: int = typer.Option(8321, help="Port to listen on."),
        rate: float = typer.Option(7.5, help="Orders a minute beside those that the shop's day brings; 0 = none."),
        language: str = typer.Option("", help="zh or en: the language of the goods; else the terminal's."),
        seed: int = typer.Option(7, help="From which the shop grows."),
    ) -> None:
        """Serve a simulated shop with a year behind it and orders coming in, until Ctrl-C."""
        if context.invoked_subcommand is not None:
            return
        from castanea.contracts.workspace import WorkspaceSettings
        from castanea.runs.workspace import SETTINGS, init_workspace

        root = workspace or wiring.default_workspace or Path("demo-workspace")
        words = language or ("zh" if wiring.terminal_language.startswith("zh") else "en")
        if not (root / SETTINGS).exists():
            init_workspace(root, WorkspaceSettings("山野集" if words == "zh" else "Hillside", demo=True))
        place = wiring.workspace(root)
        if not place.settings.demo:
            raise Conflict(
                f"{root} holds data of your own; the simulated shop never mixes with them, so give it another folder (--workspace demo-workspace)",
                code="demo.own_data",
            )
        raise typer.Exit(wiring.serve(place, host, port, Feeding(rate, words, seed)))

    @commands.command()
    def export(
        folder_: Path = typer.Argument(..., metavar="DIR", help="Where the files go."),
        platform: str = typer.Option(..., help="tmall, jd, douyin or shopify."),
        size: str = typer.Option("small", help="small (90 days) or year."),
        seed: int = typer.Option(7, help="From which the shop grows."),
        last_day: str = typer.Option("", metavar="YYYY-MM-DD", help="Last day of the shop's history; else yesterday."),
        since: str = typer.Option("", "--from", metavar="YYYY-MM-DD", help="First day; else the history's first."),
        until: str = typer.Option("", metavar="YYYY-MM-DD", help="Last day; else the history's last."),
        at: str = typer.Option(
            "", metavar="TIME", help="When it is exported (2026-11-20 09:30); else the end of --until."
        ),
        json: bool = typer.Option(False, "--json", help="Print the files and their rows as JSON."),
    ) -> None:
        """Write what a platform's back office and the ERP would give out of the simulated shop: orders, refunds, day table, stock."""
        from castanea.demo.export_call import ExportCall, export_to
        from castanea.kit.clock import SystemClock

        call = ExportCall(platform, size, seed, last_day, since, until, at)
        files = export_to(call, folder_, SystemClock())
        if json:
            typer.echo(dumps({"files": [{"file": str(path), "rows": rows} for path, rows in files]}))
            return
        for path, rows in files:
            typer.echo(f"{path}  {rows:,} rows")

    @app.command("feed-process", hidden=True)
    def feed_process(
        workspace: Path | None = workspace_option(),
        port: int = typer.Option(...),
        rate: float = typer.Option(...),
        language: str = typer.Option(...),
        seed: int = typer.Option(...),
    ) -> None:
        """Be the simulated shop of a server."""
        raise typer.Exit(wiring.feed(wiring.workspace(folder(workspace, wiring)), port, Feeding(rate, language, seed)))
