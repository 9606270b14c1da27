"""import: files into a workspace, shown before, watched while, reported after."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.runs.import_file import Preview, Report


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command("import")
    def import_files(
        files: list[Path] = typer.Argument(
            ..., metavar="FILE…", help="CSV, TSV, XLSX, Parquet or NDJSON, also compressed."
        ),
        format_: str = typer.Option("auto", "--format", help="A format's name; auto finds it."),
        kind: str = typer.Option("", help="Only formats of this kind: orders, listings …"),
        zone: str = typer.Option("", help="IANA zone of the file's times; else its format's, else the workspace's."),
        currency: str = typer.Option("", help="ISO 4217 code of its amounts; else its format's, else the workspace's."),
        shop: str = typer.Option("", help="The shop that the rows belong to; else the file's own, else main."),
        exported_at: str = typer.Option(
            "", help="When the file was exported (ISO 8601); else asked on a terminal, else its own time."
        ),
        dry_run: bool = typer.Option(False, "--dry-run", help="Read and check everything, import nothing."),
        yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask before importing."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(
            False, "--json", help="Print the report as JSON, and nothing else, on standard output."
        ),
    ) -> None:
        """Import files: how each will be read is shown first, and how its rows were booked after."""
        from castanea.cli.import_progress import Bar
        from castanea.runs.import_file import Importer, Wishes, total

        place = wiring.workspace(folder(workspace, wiring))
        importer = Importer(place, wiring.clock)
        wishes = Wishes(format_, kind, zone, currency.upper(), shop, exported_at=_moment(exported_at))
        asks = sys.stdin.isatty() and not (as_json or yes)
        previews = [importer.preview(path, wishes) for path in files]
        for preview in previews:
            _show(preview)
        if asks and not dry_run and not typer.confirm("Import?", default=True, err=True):
            raise typer.Abort
        reports: list[Report] = []
        if dry_run:
            reports = [importer.dry_run(preview, wishes, Bar()) for preview in previews]
        else:
            with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea import") as ask:
                for preview in previews:
                    with Bar() as bar:
                        reports.append(importer.run(preview, wishes, landing, ask, bar))
        if as_json:
            told_files = [
                {
                    "file": r.file,
                    "format": r.format,
                    "encoding": r.encoding,
                    "zone": r.zone,
                    "currency": r.currency,
                    **r.counts(),
                }
                for r in reports
            ]
            typer.echo(json.dumps({"files": told_files, "total": total(reports)}, ensure_ascii=False))
        for report in reports:
            _report(report, dry=dry_run)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise InputError(
            f"--exported-at {text!r} is no time; write it as 2026-11-20T14:36:00+08:00", code="import.bad_time"
        ) from wrong
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _show(preview: Preview) -> None:
    found, mapping = preview.found, preview.mapping
    told(f"{preview.path.name}: {mapping.labels['en']} ({mapping.name}, {preview.reading.fit.confidence:.0%} sure)")
    how = [
        found.container,
        found.encoding,
        f"divided by {found.delimiter!r}" if found.delimiter else "",
        f"header in row {found.header_row}",
    ]
    told(f"  {', '.join(filter(None, how))}; times in {preview.zone}, amounts in {preview.currency}")
    version = f"{preview.version:%Y-%m-%d %H:%M:%S} UTC"
    told(
        f"  version of its rows: {version} ({'as given' if preview.version_from == 'option' else 'the file’s own time'})"
    )
    for name, column in preview.reading.fit.places.items():
        first = next((row[column] for row in found.sample if row[column]), "")
        told(f"    {found.header[column]} → {name}: {_secret(mapping.columns[name].privacy, first)}")
    unknown = [found.header[n] for n in preview.reading.unknown]
    if unknown:
        told(f"  not known, kept sealed: {', '.join(unknown)}")
    for doubt in preview.reading.doubts:
        told(f"  please check: {doubt}")


def _secret(privacy: str, value: str | None) -> str:
    return "(personal)" if privacy in ("personal", "sensitive") else (value or "")[:60]


def _report(report: Report, *, dry: bool) -> None:
    would = "would be loaded" if dry else "loaded"
    told(
        f"{report.file}: {report.received:,} rows = {report.loaded:,} {would} + {report.duplicates:,} duplicates"
        f" + {report.superseded:,} superseded + {report.quarantined:,} quarantined"
    )
    for name, chosen in report.meanings.items():
        told(f"  {name}: taken as {chosen}")
    if report.suspects:
        told(
            f"  {report.suspects:,} rows repeat an earlier row of the file to the letter; they were loaded, look whether they are meant"
        )
    for reason, count in sorted(report.reasons.items(), key=lambda r: -r[1]):
        told(f"  {count:,} × {reason}; see them with: castanea quarantine list --import {report.import_id}")
