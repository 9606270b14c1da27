"""castanea import: look at files, show how they will be read, import them, say what became of every row."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from castanea.cli.import_told import FIGURES, SHOWN, Teller, teller
from castanea.cli.program import WRONG, folder, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.runs.asking import Asking
    from castanea.runs.import_file import ImportFile, OpenedFile, Outcome, Request, Step


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
        decimal_mark: str = typer.Option(
            "", "--decimal-mark", help="A point or a comma, where numbers like 12.000 do not tell."
        ),
        dry_run: bool = typer.Option(False, "--dry-run", help="Only show how the files will be read."),
        language: str = typer.Option("", help="zh or en: the language of what is told; else the terminal's."),
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
        if decimal_mark not in ("", ".", ","):
            raise InputError(f"'{decimal_mark}' is no decimal mark; valid are . and ,", code="import.decimal_mark")
        place = wiring.workspace(folder(workspace, wiring))
        says = teller(language or wiring.terminal_language)
        mappings = load_mappings(place.mappings)
        asked = [
            Request(
                path, format, kind, zone, currency, shop, _moment(exported_at, zone or place.settings.zone), encoding,
                delimiter.replace("\\t", "\t"), sheet, header_row, date_order, decimal_mark=decimal_mark,
            )
            for path in files
        ]  # fmt: skip
        if dry_run:
            looking = ImportFile(None, place.settings, mappings, wiring.clock)
            looked = [_look(looking, request, says) for request in asked]
            _print({"files": looked, "total": _total(looked)} if as_json else None)
            return
        with wiring.landing(place) as (landing, _), wiring.asking(place, "castanea import") as ask:
            job = ImportFile(landing, place.settings, mappings, wiring.clock, order_shops=ask.order_shops)
            outcomes: list[Outcome] = []
            whole = False
            try:
                for request in asked:
                    outcomes += _import(job, request, ask, says, yes=yes)
                whole = True
            finally:
                rows = [_figures(outcome) for outcome in outcomes]
                if as_json and whole:
                    _print({"files": rows, "total": _total(rows)})
        if any(outcome.cancelled for outcome in outcomes):
            raise typer.Exit(WRONG)


def _look(job: ImportFile, request: Request, says: Teller) -> dict[str, Any]:
    """A preview on standard error; the row of the dry run's answer."""
    with job.open(request) as opened:
        says.show(job, opened)
        _settle(opened, says, yes=True)
        return {
            "file": request.path.name, "format": opened.mapping.name, "encoding": opened.found.encoding, "zone": opened.zone,
            "currency": opened.currency, **dict.fromkeys(FIGURES, 0),
        }  # fmt: skip


def _import(job: ImportFile, request: Request, ask: Asking, says: Teller, *, yes: bool) -> list[Outcome]:
    """The outcome of the file, and of each further sheet that a format of its own reads."""
    from castanea.runs.import_file import Behind, booked

    with job.open(request) as opened:
        says.show(job, opened)
        _settle(opened, says, yes=yes)
        behind = Behind(ask.wait)
        try:
            with _progress(opened, says) as progress, _interrupted(says) as cancelled:
                outcome = job.run(opened, progress=progress, cancelled=cancelled, landed=behind.landed)
            behind.landed(outcome.offset)
        finally:
            behind.finish()
    booked(outcome, ask.bookings(outcome.import_id))
    waiting = json.loads(ask.quarantine(outcome.import_id, SHOWN)) if outcome.reasons else {"rows": []}
    if request.sheet:
        outcome.file += f" [{request.sheet}]"
    says.report(outcome, waiting)
    others = [] if request.sheet or outcome.cancelled else _other_sheets(job, request, opened.found.sheets_left)
    return [outcome, *(o for other in others for o in _import(job, other, ask, says, yes=yes))]


def _other_sheets(job: ImportFile, request: Request, names: Sequence[str]) -> list[Request]:
    """The sheets with other columns that a known format reads; what would only be guessed stays out."""
    found = []
    for name in names:
        other = replace(request, sheet=name, format="auto", mapping=None)
        try:
            with job.open(other) as opened:
                if not opened.guesses:
                    found.append(other)
        except InputError:
            continue  # a sheet without a table: the note on the sheets names it
    return found


def _settle(opened: OpenedFile, says: Teller, *, yes: bool) -> None:
    """Ask what only the user knows, where there is a terminal; refuse a mere proposal where there is none."""
    terminal = sys.stdin.isatty() and sys.stderr.isatty() and not yes
    if opened.found.encoding.endswith("?"):
        name = opened.found.encoding.rstrip("?")
        if terminal and not typer.confirm(says.text("ask_encoding", encoding=name), err=True):
            raise typer.Abort
        if not terminal and not yes:
            raise InputError(
                f"{opened.request.path.name}: the text is neither UTF-8, GB18030 nor UTF-16; {name} would fit. "
                f"Say --encoding {name} if the preview is right (or --yes)",
                code="file.encoding",
            )
    if terminal and opened.exported_from == "mtime":
        local = opened.exported_at.astimezone(ZoneInfo(opened.zone)).strftime("%Y-%m-%d %H:%M")
        given = typer.prompt(says.text("ask_exported"), default=local, err=True)
        if given != local:
            opened.exported_at, opened.exported_from = _moment(given, opened.zone) or opened.exported_at, "asked"
    if terminal and not typer.confirm(says.text("ask_go"), default=True, err=True):
        raise typer.Abort


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
def _progress(opened: OpenedFile, says: Teller) -> Iterator[Callable[[Step], None]]:
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
        task = bar.add_task(says.text("reading"), total=max(opened.found.bytes, 1))

        def tell(step: Step) -> None:
            bar.update(
                task, completed=min(step.bytes, step.total_bytes), description=says.text("rows", count=f"{step.rows:,}")
            )

        yield tell


@contextmanager
def _interrupted(says: Teller) -> Iterator[Callable[[], bool]]:
    """Ctrl-C once: stop after the chunk that is being landed. Twice: at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        says.tell("stopping")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped.is_set
    finally:
        signal.signal(signal.SIGINT, before)
