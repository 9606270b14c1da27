"""demo: a simulated shop in a workspace of its own, served and fed."""

from __future__ import annotations

from pathlib import Path

import typer

from castanea.cli.program import folder, workspace_option
from castanea.cli.wiring import Feeding, Wiring
from castanea.kit.errors import Conflict


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def demo(
        workspace: Path | None = workspace_option(),
        host: str = typer.Option("127.0.0.1", help="Address to listen on."),
        port: int = typer.Option(8321, help="Port to listen on."),
        rate: float = typer.Option(7.5, help="Orders a minute beside those that the shop's day brings; 0 = none."),
        language: str = typer.Option("", help="zh or en: the language of the goods; else the terminal's."),
        seed: int = typer.Option(7, help="From which the shop grows."),
    ) -> None:
        """Serve a simulated shop with a year behind it and orders coming in, until Ctrl-C."""
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
