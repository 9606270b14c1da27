"""castanea formats: which files can be read, what a file would become, and a mapping of one's own for a file that none fits."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError, NotFound
from castanea.kit.nearest import nearest

if TYPE_CHECKING:
    from castanea.cleaning.choosing import Fit
    from castanea.contracts.mappings import Mapping
    from castanea.contracts.workspace import Workspace, WorkspaceSettings
    from castanea.runs.trying_formats import Tried

_JSON = typer.Option(False, "--json", help="Print as JSON.")
_SHEET = typer.Option("", help="The workbook's sheet.")
_FILE = typer.Argument(..., metavar="FILE", help="A file as it was exported.")


def register(app: typer.Typer, wiring: Wiring) -> None:
    commands = typer.Typer(
        no_args_is_help=True,
        help="File formats: list and show them, try a file, propose a mapping for one of your own.",
    )
    app.add_typer(commands, name="formats")

    @commands.command("list")
    def list_(
        kind: str = typer.Option("", help="Only this kind: orders, refunds, platform_daily …"),
        workspace: Path | None = workspace_option(),
        as_json: bool = _JSON,
    ) -> None:
        """List the formats that can be read."""
        known = [m for m in _mappings(wiring, workspace)[0] if not kind or m.kind == kind]
        if as_json:
            typer.echo(json.dumps([_told(m) for m in known], ensure_ascii=False))
            return
        for mapping in known:
            label = (
                mapping.labels.get("zh-CN", "")
                if wiring.terminal_language.startswith("zh")
                else mapping.labels.get("en", "")
            )
            typer.echo(f"{mapping.name:<24} {mapping.kind:<16} {label}")

    @commands.command()
    def show(
        name: str = typer.Argument(..., help="A format's name."),
        workspace: Path | None = workspace_option(),
        as_json: bool = _JSON,
    ) -> None:
        """Show a format as its mapping says it, in YAML."""
        mapping = _named(_mappings(wiring, workspace)[0], name)
        typer.echo(json.dumps(_told(mapping, whole=True), ensure_ascii=False) if as_json else mapping.text.rstrip())

    @commands.command()
    def test(
        file: Path = _FILE,
        format: str = typer.Option("auto", help="A format's name, generic, or auto."),  # noqa: A002  the option's name
        sheet: str = _SHEET,
        workspace: Path | None = workspace_option(),
        as_json: bool = _JSON,
    ) -> None:
        """Read a file whole, import nothing, and say what it would become."""
        from castanea.runs.import_file import ImportFile, Request
        from castanea.runs.trying_formats import Counted, try_file

        mappings, settings = _mappings(wiring, workspace)
        counted = Counted()
        job = ImportFile(counted, settings, mappings, wiring.clock)
        tried = try_file(job, counted, mappings, Request(file, format, sheet=sheet))
        if as_json:
            typer.echo(json.dumps(_answer(tried), ensure_ascii=False))
        else:
            _report(tried)

    @commands.command()
    def new(
        file: Path = _FILE,
        name: str = typer.Option("", help="The new format's name; else from the file's name."),
        kind: str = typer.Option("", help="What the rows are: orders, lines, stock, products, customers …"),
        like: str = typer.Option("", help="Begin with a copy of this format."),
        over: bool = typer.Option(False, "--over", help="Replace a mapping of the same name."),
        sheet: str = _SHEET,
        workspace: Path | None = workspace_option(),
        as_json: bool = _JSON,
    ) -> None:
        """Propose a mapping for a file and keep it in the workspace, where imports find it."""
        from castanea.runs.import_file import ImportFile, Request
        from castanea.runs.trying_formats import keep, propose

        place = wiring.workspace(folder(workspace, wiring))
        mappings, settings = _mappings(wiring, place.root)
        job = ImportFile(None, settings, mappings, wiring.clock)
        called = name or _name_of(file)
        proposal = propose(job, Request(file, kind=kind, sheet=sheet), called, _named(mappings, like) if like else None)
        path = keep(place.mappings, called, proposal.text, over=over)
        if proposal.fits:
            told(
                f"the known format {proposal.fits} reads this file already; import it as it is, or with --format {called}"
            )
        for guess in proposal.guesses:
            told(f"  {guess.column} is {guess.concept} ({guess.confidence:.0%} sure)")
        if proposal.unused:
            told(f"  not used: {', '.join(proposal.unused)}")
        told(f"mend the file where a guess is wrong, then: castanea formats test {file} --format {called}")
        guesses = [asdict(guess) for guess in proposal.guesses]
        answer = {
            "format": called,
            "path": str(path),
            "fits": proposal.fits,
            "guesses": guesses,
            "unused": proposal.unused,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else str(path))


def _mappings(wiring: Wiring, given: Path | None) -> tuple[tuple[Mapping, ...], WorkspaceSettings]:
    """Shipped and the workspace's own mappings; without a workspace only the shipped ones."""
    from castanea.contracts.mappings import load_mappings
    from castanea.contracts.workspace import WorkspaceSettings

    place: Workspace | None
    try:
        place = wiring.workspace(folder(given, wiring))
    except NotFound:
        if given is not None or wiring.default_workspace is not None:
            raise
        place = None
    known = load_mappings(place.mappings if place else None)
    return tuple(sorted(known, key=lambda m: m.name)), place.settings if place else WorkspaceSettings("none")


def _named(mappings: tuple[Mapping, ...], name: str) -> Mapping:
    found = next((mapping for mapping in mappings if mapping.name == name), None)
    if found is None:
        names = [mapping.name for mapping in mappings]
        raise InputError(f"'{name}' is no format{nearest(name, names).hint}; valid are {', '.join(names)}")
    return found


def _name_of(file: Path) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_")
    return word if re.match(r"[a-z]", word) else f"own_{word}".rstrip("_")


def _told(mapping: Mapping, *, whole: bool = False) -> dict[str, Any]:
    tables = list(dict.fromkeys(rule.table for rule in (*mapping.rows, *mapping.also)))
    brief = {
        "format": mapping.name, "kind": mapping.kind, "label": mapping.labels, "platform": mapping.platform, "zone": mapping.zone,
        "currency": mapping.currency, "tables": tables, "source": mapping.source,
    }  # fmt: skip
    if not whole:
        return brief
    columns = [
        {"name": c.name, "names": c.names, "type": c.type, "needed": c.needed, "privacy": c.privacy}
        for c in mapping.columns.values()
    ]
    return {**brief, "columns": columns, "yaml": mapping.text}


def _answer(tried: Tried) -> dict[str, Any]:
    outcome = tried.outcome
    return {
        "file": outcome.file, "format": outcome.format, "confidence": tried.confidence, "encoding": outcome.encoding, "zone": outcome.zone,
        "currency": outcome.currency, "received": outcome.received, "quarantined": sum(tried.counted.reasons.values()),
        "reasons": dict(tried.counted.reasons), "rows": dict(tried.counted.rows),
        "sums": {name: str(total) for name, total in sorted(tried.counted.sums.items())}, "notes": outcome.notes,
        "guesses": [asdict(guess) for guess in tried.guesses], "unused": tried.unknown,
        "near": [{"format": fit.mapping.name, "confidence": fit.confidence, "lacks": fit.lacks, "against": fit.against} for fit in tried.near],
    }  # fmt: skip


def _report(tried: Tried) -> None:
    outcome = tried.outcome
    typer.echo(
        f"{outcome.file}: {outcome.format} ({tried.confidence:.0%}), times in {outcome.zone}, amounts in {outcome.currency}"
    )
    for guess in tried.guesses:
        typer.echo(f"  guessed: {guess.column} is {guess.concept} ({guess.confidence:.0%})")
    typer.echo(f"  rows read {outcome.received:,}, refused {sum(tried.counted.reasons.values()):,}")
    for reason, count in tried.counted.reasons.most_common():
        typer.echo(f"    refused: {reason} {count:,}")
    for table, count in tried.counted.rows.items():
        sums = [
            f"{name.split('.')[1]} {total:,.2f}"
            for name, total in sorted(tried.counted.sums.items())
            if name.startswith(f"{table}.")
        ]
        typer.echo("  " + ": ".join(filter(None, [f"{table} {count:,} rows", ", ".join(sums)])))
    for note in outcome.notes:
        typer.echo(f"  {note}")
    if tried.unknown:
        typer.echo(f"  kept sealed, not used: {', '.join(tried.unknown)}")
    for fit in tried.near[:3]:
        typer.echo(f"  not {fit.mapping.name}: {_against(fit)}")


def _against(fit: Fit) -> str:
    """Why another format was not taken."""
    if fit.confidence:
        return f"fits too, less well ({fit.confidence:.0%})"
    lacks = f"lacks {', '.join(fit.lacks)}" if fit.lacks else ""
    odd = f"unexpected content in {', '.join(fit.against)}" if fit.against else ""
    return "; ".join(filter(None, (lacks, odd)))
