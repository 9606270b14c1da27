"""Imports one file: read in a child process, cleaned by its mapping, landed in the log, booked by the warehouse."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from castanea.cleaning.choosing import Fit, Reading, best_fit, fit_mapping, reading_of, sample_frame
from castanea.cleaning.guessing import Guess, guess_mapping
from castanea.cleaning.mapped import Frame, MappedFile
from castanea.cleaning.whole_orders import order_column, whole_orders
from castanea.contracts.log import Booking
from castanea.contracts.mappings import Mapping
from castanea.contracts.mappings.spelling import plain_name
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.ahead import ahead
from castanea.kit.clock import Clock
from castanea.kit.errors import CastaneaError, InputError
from castanea.runs.pairing_shops import Known, check_named, pair_unnamed
from castanea.runs.replay_quarantine import read_as
from castanea.runs.undo_import import record_batch
from castanea.sources.files import FileReader, Found, Limits, Wish

_STAMP = re.compile(
    r"(?<!\d)(20\d{2})[-_.年]?(\d{2})[-_.月]?(\d{2})[日T _-]*(\d{2})[:时_-]?(\d{2})(?:[:分_-]?(\d{2}))?(?!\d)"
)
_EXPORTED = re.compile(r"(导出|生成|下载|exported|generated|created)", re.IGNORECASE)
_DAY_FIRST = 8  # rows shown in a preview


class Lands(Protocol):
    """Where batches go (intake's Landing): what `seal` gives goes to `keep`, in the same order."""

    def seal(self, batches: Sequence[SentBatch]) -> Any: ...

    def keep(self, sealed: Any) -> list[int]: ...


@dataclass(frozen=True)
class Request:
    """What is asked of an import; empty = find out."""

    path: Path
    format: str = "auto"
    kind: str = ""
    zone: str = ""
    currency: str = ""
    shop: str = ""
    exported_at: datetime | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    date_order: str = ""
    mapping: Mapping | None = None  # read by this one and no other
    decimal_mark: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # where the format is guessed: concept → the file's column


@dataclass(frozen=True)
class Step:
    """How far an import is."""

    rows: int
    bytes: int
    total_bytes: int


@dataclass
class Outcome:
    """What became of the rows: received = loaded + duplicates + superseded + quarantined."""

    file: str
    format: str
    encoding: str
    zone: str
    currency: str
    import_id: str = ""
    received: int = 0
    loaded: int = 0
    duplicates: int = 0
    superseded: int = 0
    quarantined: int = 0
    suspects: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    offset: int = 0
    cancelled: bool = False


class OpenedFile:
    """A file that was looked at: what it is, how it will be read. Use as a context; `run` once."""

    def __init__(
        self, request: Request, reader: FileReader, found: Found, reading: Reading, guesses: tuple[Guess, ...]
    ) -> None:
        self.request, self.found, self.reading, self.guesses = request, found, reading, guesses
        self._reader = reader
        self.zone, self.currency, self.paired = "", "", ""
        self.exported_at, self.exported_from = datetime.fromtimestamp(request.path.stat().st_mtime, UTC), "mtime"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    @property
    def mapping(self) -> Mapping:
        return self.reading.fit.mapping

    @property
    def reader(self) -> FileReader:
        return self._reader

    def sample(self) -> pl.DataFrame:
        return sample_frame(self.found.header, self.found.sample)


class ImportFile:
    """Thread-safe only for one file at a time."""

    def __init__(
        self,
        landing: Lands | None,
        settings: WorkspaceSettings,
        mappings: Sequence[Mapping],
        clock: Clock,
        limits: Limits | None = None,
        reader: type[FileReader] = FileReader,
        order_shops: Known | None = None,
    ) -> None:
        self._order_shops = order_shops
        self._reader = reader
        self._landing, self.settings, self._mappings, self._clock = landing, settings, tuple(mappings), clock
        self._limits = limits or Limits()

    def open(self, request: Request) -> OpenedFile:
        """Look at a file. Raises InputError (FileError) that says what is wrong and what to do; nothing is imported then."""
        if request.zone and request.zone not in available_timezones():
            raise InputError(
                f"'{request.zone}' is no time zone; write an IANA name, for example Asia/Shanghai or Europe/London"
            )
        if request.currency and not re.fullmatch(r"[A-Za-z]{3}", request.currency):
            raise InputError(
                f"'{request.currency}' is no currency; write an ISO 4217 code, for example CNY, USD or GBP"
            )
        offered = self._offered(request)
        wish = Wish(request.encoding, request.delimiter, request.sheet, request.header_row)
        reader = self._reader(request.path, self._spellings(), wish, self._limits)
        try:
            found = reader.found()
            opened = self._understood(request, reader, found, offered)
        except BaseException:
            reader.close()
            raise
        return opened

    def found(self, request: Request) -> Found:
        """What kind of file it is and its columns, whether or not a format fits. Raises FileError."""
        wish = Wish(request.encoding, request.delimiter, request.sheet, request.header_row)
        reader = self._reader(request.path, self._spellings(), wish, self._limits)
        try:
            return reader.found()
        finally:
            reader.close()

    def run(
        self,
        opened: OpenedFile,
        *,
        progress: Callable[[Step], None] = lambda _step: None,
        cancelled: Callable[[], bool] = lambda: False,
        landed: Callable[[int], None] = lambda _offset: None,
    ) -> Outcome:
        """Import the file: cleaned, sealed and kept chunk after chunk, each step in a thread of its own. What was landed before an error or
        a cancellation stays; importing again completes it."""
        assert self._landing is not None
        import_id = uuid4().hex
        self._pair(opened)
        outcome = Outcome(
            opened.request.path.name,
            opened.mapping.name,
            opened.found.encoding,
            opened.zone,
            opened.currency,
            import_id,
        )
        mapped = MappedFile(opened.reading, self.frame(opened, import_id))
        read, telling = 0, threading.Lock()

        def moved(count: int = 0) -> None:
            nonlocal read
            with telling:
                read += count
                progress(Step(outcome.received, read, opened.found.bytes))

        def keep(sealed: Any, batches: Sequence[SentBatch]) -> None:
            assert self._landing is not None
            outcome.offset = max([outcome.offset, *self._landing.keep(sealed)])
            _tally(outcome, batches)
            landed(outcome.offset)
            moved()

        opened.reader.progress = moved
        cleaned = _cleaned(opened, mapped, outcome, cancelled)
        try:
            with ahead(cleaned, "cleaning", opened.reader.stop) as parts, ThreadPoolExecutor(1, "keeping") as pool:
                kept = [pool.submit(lambda: None)]
                for batches in parts:
                    sealed = self._landing.seal(batches)
                    kept.pop().result()
                    kept.append(pool.submit(keep, sealed, batches))
                kept.pop().result()
            self._finish(opened, mapped, outcome)
        finally:
            mapped.close()
        return outcome

    def _pair(self, opened: OpenedFile) -> None:
        """Find the shop of a file that names none by its orders; see that a file that names one meets what is there."""
        if self._order_shops is None:
            return
        mapped = MappedFile(opened.reading, self.frame(opened, "pairing"))
        try:
            sample = opened.sample()
            mapped.decide(sample)
            mapped.batches(
                sample.with_row_index("_row", offset=1).with_columns(pl.col("_row").cast(pl.Int64)).to_arrow()
            )
            orders = {shop: sorted(numbers) for shop, numbers in mapped.orders.items()}
        finally:
            mapped.close()
        file, shop = opened.request.path.name, opened.mapping.shop_from
        if shop and not opened.request.shop and shop not in opened.reading.fit.places:
            found = pair_unnamed(file, orders.get("main", ()), self._order_shops)
            if found.shop:
                opened.request, opened.paired = replace(opened.request, shop=found.shop), found.note
        else:
            check_named(file, orders, self._order_shops)

    def _finish(self, opened: OpenedFile, mapped: MappedFile, outcome: Outcome) -> None:
        counted = opened.reader.counted
        if counted is not None and not outcome.cancelled and counted.received != outcome.received:
            raise CastaneaError(
                f"{outcome.file}: {counted.received:,} rows were read and {outcome.received:,} landed; please report this",
                code="castanea.defect",
            )
        outcome.suspects = mapped.suspects
        outcome.notes += [finding.sentence() for finding in mapped.meanings.findings.values() if finding.rows]
        outcome.notes += [finding.sentence() for finding in mapped.meanings.checks.values() if finding.share < 1]
        outcome.notes += [
            f"WARNING: over the whole file another meaning of {f.name} fits better ({f.held}); the first rows decided {f.taken}"
            for f in mapped.meanings.contradicted()
        ]
        outcome.notes += mapped.unknown_words.sentences()
        shop = opened.mapping.shop_from
        if opened.paired:
            outcome.notes.append(opened.paired)
        elif shop and not opened.request.shop and shop not in opened.reading.fit.places:
            outcome.notes.append(
                "the file names no shop, its rows went to the shop main; where the shop's other files name one, say "
                "--shop NAME, the same for all of them"
            )
        if counted is not None and counted.totals:
            rows = "; ".join(" ".join(cell for cell in row if cell)[:60] for row in counted.total_rows)
            outcome.notes.append(f"{counted.totals} total or remark row(s) at the end were left out: {rows}")
        if opened.found.sheets_left:
            outcome.notes.append(
                f"sheets with other columns, left out of this import: {', '.join(opened.found.sheets_left)}"
            )
        assert self._landing is not None
        record = import_record(opened, outcome, mapped, self._clock.now())
        outcome.offset = max(outcome.offset, *self._landing.keep(self._landing.seal([record])))

    def _spellings(self) -> set[str]:
        return {plain_name(n) for m in self._mappings for c in m.columns.values() for n in c.names}

    def _offered(self, request: Request) -> tuple[Mapping, ...]:
        if request.mapping is not None:
            return (request.mapping,)
        names = [m.name for m in self._mappings]
        if request.format not in ("auto", "generic", *names):
            raise InputError(f"'{request.format}' is no format; valid are auto, generic, {', '.join(sorted(names))}")
        if request.format not in ("auto", "generic"):
            return tuple(m for m in self._mappings if m.name == request.format)
        kinds = {m.kind for m in self._mappings}
        if request.kind and request.kind not in (*kinds, *guess_kinds()):
            raise InputError(
                f"'{request.kind}' is no kind of file; valid are {', '.join(sorted({*kinds, *guess_kinds()}))}"
            )
        return tuple(m for m in self._mappings if not request.kind or m.kind == request.kind)

    def _understood(
        self, request: Request, reader: FileReader, found: Found, offered: tuple[Mapping, ...]
    ) -> OpenedFile:
        sample = sample_frame(found.header, found.sample)
        fit = best_fit(offered, found.header, sample) if request.format != "generic" or request.mapping else None
        guesses: tuple[Guess, ...] = ()
        if fit is None and request.mapping is not None:
            fit = fit_mapping(request.mapping, found.header, sample)
            if fit.lacks or not fit.places:
                raise _is_no(request.mapping, request, found, fit)
        if fit is None and request.format not in ("auto", "generic"):
            raise _is_no(offered[0], request, found, fit_mapping(offered[0], found.header, sample))
        if fit is None:
            fit, guesses = guess_mapping(found.header, sample, request.kind, request.columns)
        reading = reading_of(
            fit,
            found.header,
            sample,
            delimiter=found.delimiter,
            date_order=request.date_order,
            decimal_mark=request.decimal_mark,
        )
        opened = OpenedFile(request, reader, found, reading, guesses)
        opened.zone = request.zone or fit.mapping.zone or self.settings.zone
        opened.currency = (request.currency or fit.mapping.currency or self.settings.currency).upper()
        stamped = exported_time(request.path.name, found.titles, opened.zone)
        if request.exported_at is not None:
            opened.exported_at, opened.exported_from = request.exported_at.astimezone(UTC), "given"
        elif stamped is not None:
            opened.exported_at, opened.exported_from = stamped, "file"
        return opened

    def frame(self, opened: OpenedFile, import_id: str) -> Frame:
        """What is the same for all rows of one import of the file."""
        return Frame(
            import_id, opened.found.sha256, f"file:{opened.mapping.name}", opened.request.shop or "main", opened.zone, opened.currency,
            opened.exported_at, self._clock.now(), shop_given=bool(opened.request.shop),
        )  # fmt: skip

    def preview(
        self, opened: OpenedFile, rows: int = _DAY_FIRST, language: str = "en"
    ) -> tuple[pl.DataFrame, list[str]]:
        """The first rows as they will be read, and what the sample says about the meanings."""
        mapped = MappedFile(opened.reading, self.frame(opened, "preview"))
        try:
            sample = opened.sample()
            mapped.decide(sample)
            says = [f.says.get(language, f.taken) for f in mapped.meanings.findings.values()]
            return mapped.preview(sample.head(rows)), says
        finally:
            mapped.close()


def _cleaned(
    opened: OpenedFile, mapped: MappedFile, outcome: Outcome, cancelled: Callable[[], bool]
) -> Iterator[list[SentBatch]]:
    """The file's chunks as batches; none after a cancellation."""
    told = mapped.decide(opened.sample())
    for chunk in whole_orders(opened.reader.chunks(), order_column(opened.reading)):
        if not told:
            first = pl.from_arrow(chunk.table)
            assert isinstance(first, pl.DataFrame)
            told = mapped.decide(first) or True
        batches = mapped.batches(chunk.table, [(odd.row, odd.cells, odd.reason) for odd in chunk.odd])
        if batches:
            yield batches
        if cancelled():
            outcome.cancelled = True
            return


def _is_no(mapping: Mapping, request: Request, found: Found, fit: Fit) -> InputError:
    lacks = ", ".join(mapping.columns[name].names[0] for name in fit.lacks)
    against = ", ".join(found.header[fit.places[name]] for name in fit.against)
    return InputError(
        f"{request.path.name} is no {mapping.name}: "
        + (f"columns missing: {lacks}. " if lacks else f"content not as expected in: {against}. ")
        + f"Its columns are {', '.join(found.header)}; try --format auto",
        code="import.no_such_format",
        values={"lacks": lacks, "against": against},
    )


def guess_kinds() -> tuple[str, ...]:
    from castanea.cleaning.guessing import kinds

    return kinds()


def _tally(outcome: Outcome, batches: Iterable[SentBatch]) -> None:
    for batch in batches:
        if batch.derived:
            continue
        outcome.received += batch.received
        if batch.rejects is not None:
            for reason in batch.rejects.column("reason").to_pylist():
                outcome.reasons[reason] = outcome.reasons.get(reason, 0) + 1


def booked(outcome: Outcome, bookings: Iterable[Booking]) -> Outcome:
    """The outcome with the warehouse's books of the import; derived rows are not counted as received."""
    for booking in bookings:
        if not booking.derived:
            outcome.loaded += booking.loaded
            outcome.duplicates += booking.duplicates
            outcome.superseded += booking.superseded
            outcome.quarantined += booking.quarantined
    return outcome


def exported_time(name: str, titles: Sequence[str], zone: str) -> datetime | None:
    """The export's own time out of a title row (导出时间：…) or the file's name (ExportOrderList202011221030.csv), in `zone`."""
    for text in (*(title for title in titles if _EXPORTED.search(title)), Path(name).stem):
        found = _STAMP.search(text)
        if found is None:
            continue
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except ValueError:
            continue
    return None


def import_record(opened: OpenedFile, outcome: Outcome, mapped: MappedFile, now: datetime) -> SentBatch:
    """The import's own record; it is in the log like any other row."""
    chosen = {name: choice.name for name, choice in mapped.meanings.chosen.items()}
    how = read_as(opened.reading, chosen, opened.request.shop or "main", shop_given=bool(opened.request.shop))
    values = {
        "import_id": outcome.import_id, "file": outcome.file, "sha256": opened.found.sha256, "bytes": opened.found.bytes,
        "format": opened.mapping.name, "mapping": opened.mapping.text + how,
        "encoding": opened.found.encoding or None, "delimiter": opened.found.delimiter or None, "zone": opened.zone,
        "currency": opened.currency, "exported_at": opened.exported_at,
        "meaning": "; ".join(f"{f.name}={f.taken}" for f in mapped.meanings.findings.values()) or None,
        "received": outcome.received, "suspects": outcome.suspects, "undone": False, "time": now,
        "_version": now,
    }  # fmt: skip
    return record_batch(values, "import")


class Behind:
    """Lets the warehouse load what has landed while the file is still being read: one thread, always the newest offset."""

    def __init__(self, wait: Callable[[int], None]) -> None:
        self._wait, self._offset, self._loaded = wait, 0, 0
        self._changed, self._ended = threading.Condition(), False
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="loading", daemon=True)
        self._thread.start()

    def landed(self, offset: int) -> None:
        with self._changed:
            self._offset = max(self._offset, offset)
            self._changed.notify()

    def finish(self) -> None:
        """Wait until all is loaded; raises what loading raised."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._offset > self._loaded)
                offset = self._offset
                if self._ended and offset <= self._loaded:
                    return
            try:
                self._wait(offset)
            except BaseException as error:  # noqa: BLE001  handed to the thread that waits
                self._failed = error
                return
            self._loaded = offset
