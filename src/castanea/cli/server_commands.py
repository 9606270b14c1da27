"""serve, and the processes that a server starts."""

from __future__ import annotations

from pathlib import Path

import typer

from castanea.cli.program import folder, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def serve(
        workspace: Path | None = workspace_option(),
        host: str = typer.Option("127.0.0.1", help="Address to listen on."),
        port: int = typer.Option(8321, help="Port to listen on."),
    ) -> None:
        """Serve a workspace's boards and take events in, until Ctrl-C."""
        raise typer.Exit(wiring.serve(wiring.workspace(folder(workspace, wiring)), host, port))

    @app.command("import-process", hidden=True)
    def import_process(workspace: Path | None = workspace_option()) -> None:
        """Be the process of a server that looks at files and imports them."""
        raise typer.Exit(wiring.import_process(wiring.workspace(folder(workspace, wiring))))

    @app.command("warehouse-process", hidden=True)
    def warehouse_process(workspace: Path | None = workspace_option(), parent: int = typer.Option(...)) -> None:
        """Be the process of a server that owns the warehouse."""
        raise typer.Exit(wiring.warehouse_process(wiring.workspace(folder(workspace, wiring)), parent))
