"""castanea import: look at files, show how they will be read, import them, say what became of every row."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from castanea.cli.program import WRONG, folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.runs.asking import Asking
    from castanea.runs.import_file import ImportFile, OpenedFile, Outcome, Request, Step

FIGURES = ("received", "loaded", "duplicates", "superseded", "quarantined", "suspects")


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command("import")
    def import_(
        files: list[Path] = typer.Argument(
            ..., metavar="FILE...", help="Files to import: CSV, TSV, XLSX, Parquet, NDJSON; packed too."
        ),
        format: str = typer.Option("auto", help="A format's name, generic, or auto."),  # noqa: A002  the option's name
        kind: str = typer.Option("", help="Only formats of this kind: orders, listings, products, customers …"),
        zone: str = typer.Option("", help="IANA zone of the file's times."),
        currency: str = typer.Option("", help="ISO 4217 code of the file's amounts."),
        shop: str = typer.Option("", help="The shop whose rows these are."),
        exported_at: str = typer.Option("", "--exported-at", help="When the file was exported (2026-11-22 14:30)."),
        encoding: str = typer.Option("", help="The text's encoding, when it is not found."),
        delimiter: str = typer.Option("", help="What divides the cells, when it is not found."),
        sheet: str = typer.Option("", help="The workbook's sheet."),
        header_row: int = typer.Option(0, "--header-row", help="The row with the columns' names, from 1."),
        date_order: str = typer.Option("", "--date-order", help="dmy or mdy, where dates like 01/02/2026 do not tell."),
        dry_run: bool = typer.Option(False, "--dry-run", help="Only show how the files will be read."),
        yes: bool = typer.Option(False, "--yes", help="Ask nothing; take proposals."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
    ) -> None:
        """Import files."""
        from castanea.contracts.mappings import load_mappings
        from castanea.runs.import_file import ImportFile, Request

        if date_order not in ("", "dmy", "mdy"):
            raise InputError(
                f"'{date_order}' is no order of a date's parts; valid are dmy (day first) and mdy (month first)"
            )
        place = wiring.workspace(folder(workspace, wiring))
        mappings = load_mappings(place.mappings)
        asked = [
            Request(
                path, format, kind, zone, currency, shop, _moment(exported_at, zone or place.settings.zone), encoding,
                delimiter.replace("\\t", "\t"), sheet, header_row, date_order,
            )
            for path in files
        ]  # fmt: skip
        if dry_run:
            looking = ImportFile(None, place.settings, mappings, wiring.clock)
            looked = [_look(looking, request, yes=True) for request in asked]
            _print({"files": looked, "total": _total(looked)} if as_json else None)
            return
        with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea import") as ask:
            job = ImportFile(landing, place.settings, mappings, wiring.clock, order_shops=ask.order_shops)
            outcomes: list[Outcome] = []
            try:
                outcomes.extend(_import(job, request, ask, yes=yes) for request in asked)
            finally:
                rows = [_figures(outcome) for outcome in outcomes]
                if as_json and len(outcomes) == len(asked):
                    _print({"files": rows, "total": _total(rows)})
        if any(outcome.cancelled for outcome in outcomes):
            raise typer.Exit(WRONG)


def _look(job: ImportFile, request: Request, *, yes: bool) -> dict[str, Any]:
    """A preview on standard error; the row of the dry run's answer."""
    with job.open(request) as opened:
        _show(job, opened)
        _settle(opened, yes=yes)
        return {
            "file": request.path.name, "format": opened.mapping.name, "encoding": opened.found.encoding, "zone": opened.zone,
            "currency": opened.currency, **dict.fromkeys(FIGURES, 0),
        }  # fmt: skip


def _import(job: ImportFile, request: Request, ask: Asking, *, yes: bool) -> Outcome:
    from castanea.runs.import_file import Behind, booked

    with job.open(request) as opened:
        _show(job, opened)
        _settle(opened, yes=yes)
        behind = Behind(ask.wait)
        try:
            with _progress(opened) as progress, _interrupted() as cancelled:
                outcome = job.run(opened, progress=progress, cancelled=cancelled, landed=behind.landed)
            behind.landed(outcome.offset)
        finally:
            behind.finish()
    booked(outcome, ask.bookings(outcome.import_id))
    _report(outcome)
    return outcome


def _settle(opened: OpenedFile, *, yes: bool) -> None:
    """Ask what only the user knows, where there is a terminal; refuse a mere proposal where there is none."""
    terminal = sys.stdin.isatty() and sys.stderr.isatty() and not yes
    if opened.found.encoding.endswith("?"):
        name = opened.found.encoding.rstrip("?")
        if terminal and not typer.confirm(f"The text fits no usual encoding but {name}. Read it as {name}?", err=True):
            raise typer.Abort
        if not terminal and not yes:
            raise InputError(
                f"{opened.request.path.name}: the text is neither UTF-8, GB18030 nor UTF-16; {name} would fit. "
                f"Say --encoding {name} if the preview is right (or --yes)",
                code="file.encoding",
            )
    if terminal and opened.exported_from == "mtime":
        local = opened.exported_at.astimezone(ZoneInfo(opened.zone)).strftime("%Y-%m-%d %H:%M")
        given = typer.prompt("When was the file exported?", default=local, err=True)
        if given != local:
            opened.exported_at, opened.exported_from = _moment(given, opened.zone) or opened.exported_at, "asked"
    if terminal and not typer.confirm("Import it like this?", default=True, err=True):
        raise typer.Abort


def _show(job: ImportFile, opened: OpenedFile) -> None:
    """How the file will be read, with its first rows, on standard error."""
    from rich.console import Console
    from rich.table import Table

    found, reading = opened.found, opened.reading
    frame, says = job.preview(opened)
    console = Console(stderr=True, highlight=False)
    kind = found.packing + " " if found.packing else ""
    told(f"{opened.request.path.name}: {kind}{found.container}, {found.bytes:,} bytes")
    if found.container == "delimited":
        told(f"  encoding {found.encoding}, delimiter {found.delimiter!r}, header in row {found.header_row}")
    for title in found.titles:
        told(f"  above the header: {title[:100]}")
    told(
        f"  format {opened.mapping.name} (confidence {reading.fit.confidence:.0%}), times in {opened.zone}, amounts in {opened.currency}"
    )
    told(f"  exported at {opened.exported_at:%Y-%m-%d %H:%M} UTC (from {opened.exported_from})")
    for guess in opened.guesses:
        told(f"  guessed: {guess.column} is {guess.concept} ({guess.confidence:.0%})")
    for doubt in reading.doubts:
        told(f"  guessed: {doubt}")
    for sentence in says:
        told(f"  {sentence}")
    if reading.unknown:
        told(f"  kept sealed, not used: {', '.join(reading.header[i] for i in reading.unknown)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [name for name in frame.columns if opened.mapping.columns[name].privacy == ""][:8]
    for name in shown:
        table.add_column(
            f"{reading.header[reading.fit.places[name]]}\n{name}", overflow="ellipsis", no_wrap=True, max_width=24
        )
    for row in frame.select(shown).iter_rows():
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def _report(outcome: Outcome) -> None:
    state = "cancelled; what was landed stays, import the file again to complete it" if outcome.cancelled else "done"
    told(f"{outcome.file}: {state}. " + ", ".join(f"{name} {getattr(outcome, name):,}" for name in FIGURES))
    for note in outcome.notes:
        told(f"  {note}")
    for reason, count in sorted(outcome.reasons.items(), key=lambda item: -item[1]):
        told(f"  quarantined: {reason} {count:,}")
    if outcome.reasons:
        told(
            f"  see them: castanea quarantine list --import {outcome.import_id}; mend them: castanea quarantine export, then replay"
        )


def _figures(outcome: Outcome) -> dict[str, Any]:
    values = asdict(outcome)
    return {name: values[name] for name in ("file", "format", "encoding", "zone", "currency", *FIGURES)}


def _total(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in FIGURES}


def _print(answer: dict[str, Any] | None) -> None:
    if answer is not None:
        typer.echo(json.dumps(answer, ensure_ascii=False))


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        place = ZoneInfo(zone)
    except (ValueError, KeyError) as error:
        raise InputError(
            f"'{text}' is no time; write for example 2026-11-22 14:30, or 2026-11-22T14:30:00+08:00"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(UTC)


@contextmanager
def _progress(opened: OpenedFile) -> Iterator[Callable[[Step], None]]:
    """Rows, bytes, rate and time left on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=max(opened.found.bytes, 1))

        def tell(step: Step) -> None:
            bar.update(task, completed=min(step.bytes, step.total_bytes), description=f"{step.rows:,} rows")

        yield tell


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Ctrl-C once: stop after the chunk that is being landed. Twice: at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        told("stopping after the rows under way …")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:f}" if type(value).__name__ == "Decimal" else str(value)
    return text.rstrip("0").rstrip(".") if type(value).__name__ == "Decimal" and "." in text else text
