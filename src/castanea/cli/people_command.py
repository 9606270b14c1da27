"""castanea people: who may sign in."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Who may sign in: list, invite, put out.")
    app.add_typer(commands, name="people")

    @commands.command("list")
    def list_(workspace: Path | None = workspace_option(), as_json: bool = typer.Option(False, "--json")) -> None:
        """List all accounts."""
        people = wiring.people(wiring.workspace(folder(workspace, wiring))).all()
        if as_json:
            rows = [{"name": p.name, "role": p.role, "disabled": p.disabled_at is not None} for p in people]
            typer.echo(json.dumps(rows, ensure_ascii=False))
            return
        for person in people:
            state = "put out" if person.disabled_at else "second factor" if person.second_factor else ""
            typer.echo(f"{person.name:<24} {person.role:<8} {state}".rstrip())

    @commands.command("invite")
    def invite(
        role: str = typer.Option("member", help="owner, manager, editor, member or viewer."),
        note: str = typer.Option("", help="For whom it is."),
        days: int = typer.Option(7, help="How long the link is good, 1 to 30 days."),
        workspace: Path | None = workspace_option(),
    ) -> None:
        """Make a link with which one person makes their account; it is shown once."""
        from castanea.access import Principal, Role
        from castanea.kit.errors import InputError

        if role not in list(Role):
            raise InputError(
                f"{role!r} is no role; there are {', '.join(Role)}", code="access.bad_role", values={"role": role}
            )
        console = Principal("account", name="command line", role=Role.OWNER)
        place = wiring.workspace(folder(workspace, wiring))
        made = wiring.invitations(place).make(console, Role(role), note=note, days=days)
        typer.echo(f"/invitation#{made.token}")
        told("Put the server's address before it and send it to one person; it makes one account.")

    @commands.command("second-factor-off")
    def second_factor_off(name: str, workspace: Path | None = workspace_option()) -> None:
        """Take the second factor from somebody who lost it; their sessions end."""
        wiring.people(wiring.workspace(folder(workspace, wiring))).take_second_factor(name)
        told(f"{name} signs in with the passphrase alone now.")
