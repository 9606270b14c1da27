"""castanea metrics: what can be asked for, by name, label, alias or a word of the description, and by what it can be cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError, NotFound

if TYPE_CHECKING:
    from castanea.semantics import Catalog

_KINDS = ("metrics", "dimensions", "grains", "cycles")


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def metrics(
        words: list[str] = typer.Argument(
            None, help="Only what holds these words in its name, label, alias or description."
        ),
        dimensions: bool = typer.Option(
            False, "--dimensions", help="The dimensions and grains in place of the metrics."
        ),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON, with every definition."),
    ) -> None:
        """List what can be asked for: name, label, unit, formula."""
        from castanea.semantics.catalog_json import catalog_to_json

        known = json.loads(catalog_to_json(_catalog(wiring, workspace)))
        kinds = _KINDS[1:] if dimensions else _KINDS[:1]
        found = [
            {"kind": kind.removesuffix("s"), **entry}
            for kind in kinds
            for entry in known[kind]
            if _holds(entry, words or [])
        ]
        if not found:
            other = "castanea metrics" if dimensions else "castanea metrics --dimensions"
            raise InputError(
                f"no {' or '.join(kinds)} with {' '.join(words or [])!r}; try fewer words, or: {other}",
                code="query.nothing_found",
            )
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        language = "zh-CN" if wiring.terminal_language.startswith("zh") else "en"
        for entry in found:
            typer.echo(_line(entry, language))
        if len(found) == 1:
            typer.echo(f"  {found[0].get('description', {}).get(language, '')}".rstrip())
        told(f"{len(found)} of {sum(len(known[k]) for k in kinds)}")


def _catalog(wiring: Wiring, given: Path | None) -> Catalog:
    """What ships and what the workspace declares; without a workspace only what ships."""
    from castanea.contracts.workspace import WorkspaceSettings
    from castanea.semantics import Catalog

    try:
        place = wiring.workspace(folder(given, wiring))
    except NotFound:
        if given is not None or wiring.default_workspace is not None:
            raise
        return Catalog.load(WorkspaceSettings("none"))
    return Catalog.load(place.settings, place.metrics)


def _holds(entry: dict[str, Any], words: list[str]) -> bool:
    said = [entry["name"], *entry["labels"].values(), *entry["aliases"], *entry.get("description", {}).values()]
    text = " ".join(said).casefold()
    return all(word.casefold() in text for word in words)


def _line(entry: dict[str, Any], language: str) -> str:
    formula = entry.get("formula", {}).get(language, "")
    return (
        f"{entry['name']:<28} {entry.get('unit', ''):<8} {entry['labels'][language]}{': ' if formula else ''}{formula}"
    )
