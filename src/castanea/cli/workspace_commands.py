"""init, status, passphrase, write-keys."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from castanea.cli import analyze_command, people_command
from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    people_command.register(app, wiring)
    analyze_command.register(app, wiring)
    keys = typer.Typer(no_args_is_help=True, help="Keys with which sources send events.")
    app.add_typer(keys, name="write-keys")

    @app.command()
    def init(
        directory: Path = typer.Argument(..., metavar="DIR", help="The folder of the new workspace."),
        currency: str = typer.Option("CNY", help="ISO 4217 code in which the workspace reports."),
        zone: str = typer.Option("Asia/Shanghai", help="IANA time zone of its days."),
        name: str = typer.Option("", help="Its name on the pages; else the folder's."),
    ) -> None:
        """Make a workspace."""
        from castanea.contracts.workspace import WorkspaceSettings
        from castanea.runs.workspace import init_workspace

        settings = WorkspaceSettings(name or directory.resolve().name, currency.upper(), zone)
        workspace = init_workspace(directory, settings)
        told(f"Made {workspace.root} ({settings.currency}, {zone}). Next: castanea import FILE --workspace {directory}")

    @app.command()
    def status(workspace: Path | None = workspace_option(), as_json: bool = typer.Option(False, "--json")) -> None:
        """Say where loading stands."""
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea status") as ask:
            state = ask.state()
        if as_json:
            typer.echo(json.dumps(state))
        elif state["rebuilding"] is not None:
            typer.echo(f"Rebuilding the warehouse: {state['rebuilding']:.0%}.")
        else:
            typer.echo(f"Applied {state['offset']} of {state['head']} batches, {state['rows_waiting']} rows wait.")

    @app.command()
    def passphrase(name: str = typer.Argument("owner"), workspace: Path | None = workspace_option()) -> None:
        """Give an account a new passphrase; its sessions end."""
        place = wiring.workspace(folder(workspace, wiring))
        accounts = wiring.accounts(place)
        made = accounts.ensure_owner(name) or accounts.reset_passphrase(name)
        typer.echo(f"{made.name}: {made.passphrase}")

    @keys.command("create")
    def create(
        name: str, workspace: Path | None = workspace_option(), as_json: bool = typer.Option(False, "--json")
    ) -> None:
        """Make a key; it is shown once."""
        made = wiring.write_keys(wiring.workspace(folder(workspace, wiring))).create(name, "command line")
        typer.echo(
            json.dumps({"id": made.info.id, "name": made.info.name, "token": made.token}) if as_json else made.token
        )

    @keys.command("list")
    def list_keys(workspace: Path | None = workspace_option()) -> None:
        """List all keys, never their tokens."""
        for key in wiring.write_keys(wiring.workspace(folder(workspace, wiring))).list():
            state = (
                f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in use" if key.used_at else "not used yet"
            )
            typer.echo(f"{key.id}  {key.name}  made {key.created_at:%Y-%m-%d}  {state}")

    @keys.command("revoke")
    def revoke(key_id: str, workspace: Path | None = workspace_option()) -> None:
        """End a key at once."""
        key = wiring.write_keys(wiring.workspace(folder(workspace, wiring))).revoke(key_id)
        told(f"Revoked {key.name}.")
