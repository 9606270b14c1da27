# ruff: noqa: E501  the tables of made rows and totals are one line each
"""Files of known truth, read: fully right, refused with a reason, or silently wrong (which must never happen)."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from bench.formats_corpus import LAST, PLAIN, ROWS, Style, made_exports, styles, write
from bench.formats_made import _NUMBER, _TIME, Made, Written, _clock, made_files, save, written_styles, zone_of
from bench.reading_here import ReaderHere
from bench.report import Line, Report
from castanea.cleaning.typing_cells import CellTyper
from castanea.contracts.mappings import shipped_mappings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.exporting import ExportFile
from castanea.kit.clock import FixedClock
from castanea.kit.errors import CastaneaError
from castanea.runs.import_file import ImportFile, Request
from castanea.sources.files import FileReader

SYSTEM = {"_row", "_extra", "_occurrence", "_version", "updated_at"}
# what a file's own columns add up to, and where that must land: column of the file → table, column, kind of line ("" = any)
SUMS = {
    "买家应付邮费": ("order_line", "amount", "shipping"), "买家退款金额": ("refund", "amount", ""), "退款金额": ("refund", "amount", ""),
    "退商品金额（元）": ("refund", "amount", ""), "Line: Total": ("refund", "amount", ""), "支付金额": ("platform_daily", "paid_amount", ""),
    "成交金额": ("platform_daily", "paid_amount", ""), "实际库存数": ("stock_level", "on_hand", ""), "购买数量": ("order_line", "quantity", ""),
    "买家应付货款": ("order_line", "amount", "product"), "运费": ("order_line", "amount", "shipping"),
}  # fmt: skip
# public files: currency, and per figure the table, its column, the kinds of its rows, the total (issue of the spine, §8.1)
REAL: dict[str, tuple[str, dict[str, tuple[str, str, tuple[str, ...], str]]]] = {
    "retail/online_retail/*": ("GBP", {
        "order lines": ("order_line", "amount", ("product", "shipping", "fee", "discount"), "10655622.484"),
        "refunds": ("refund", "amount", (), "896812.49"), "adjustments": ("order_line", "amount", ("adjustment",), "-11062.06")}),
    "formats/tmall_orders*": ("CNY", {
        "orders": ("order_line", "amount", (), "2995760.61"), "paid": ("order_line", "paid_amount", (), "2474823.07"), "refunds": ("refund", "amount", (), "572335.92")}),
    "formats/superstore*": ("USD", {"sales": ("order_line", "amount", (), "2297200.8603"), "units": ("order_line", "quantity", (), "37873"), "cost": ("order_line", "cost", (), "2010803.8386")}),
    "formats/double11*": ("CNY", {"units to date": ("listing_snapshot", "sales", (), "143177921")}),
}  # fmt: skip
MAPPINGS = shipped_mappings()


@dataclass
class Landed:
    batches: list[SentBatch] = field(default_factory=list)

    def seal(self, batches: Sequence[SentBatch]) -> Sequence[SentBatch]:
        return batches

    def keep(self, sealed: Sequence[SentBatch]) -> list[int]:
        self.batches.extend(sealed)
        return [len(self.batches)]

    def rows(self) -> Counter[tuple[object, ...]]:
        """Every landed row as plain values, tables apart."""
        found: Counter[tuple[object, ...]] = Counter()
        for batch in self.batches:
            if batch.table in ("import_run", "quarantine"):
                continue
            names = [n for n in batch.rows.column_names if n not in SYSTEM]
            found.update((batch.table, *row.values()) for row in batch.rows.select(names).to_pylist())
        return found

    def total(self, table: str, column: str, kind: str) -> Decimal:
        rows = [
            r for b in self.batches if b.table == table for r in b.rows.to_pylist() if not kind or r.get("kind") == kind
        ]
        return sum((Decimal(r[column] or 0) for r in rows), Decimal(0))

    def sum_of(self, table: str, column: str, kinds: Sequence[str]) -> Decimal:
        """Over the rows of these kinds (any where there are none); listings and such by their own columns."""
        total = Decimal(0)
        for batch in self.batches:
            if batch.table != table:
                continue
            frame = pl.from_arrow(batch.rows)
            assert isinstance(frame, pl.DataFrame)
            if kinds:
                frame = frame.filter(pl.col("kind").is_in(list(kinds)))
            total += sum((Decimal(v) for v in frame[column].drop_nulls().to_list()), Decimal(0))
        return total

    def rejected(self) -> int:
        return sum(b.rejects.num_rows for b in self.batches if b.rejects is not None)


CLOCK = FixedClock(datetime(LAST.year, LAST.month, LAST.day + 1, 12, tzinfo=UTC))
CHILD_EVERY = 25  # of so many files one is read as users read it, in a child process


def job(landed: Landed, *, child: bool, currency: str = "CNY") -> ImportFile:
    settings = WorkspaceSettings("bench", currency, "Asia/Shanghai")
    return ImportFile(landed, settings, MAPPINGS, CLOCK, reader=FileReader if child else ReaderHere)


def read(path: Path, *, child: bool = False) -> tuple[str, Landed]:
    """The format that was found, and what landed."""
    landed = Landed()
    importing = job(landed, child=child)
    with importing.open(Request(path)) as opened:
        importing.run(opened)
    return opened.mapping.name, landed


def measure(report: Report, *, quick: bool = False) -> None:
    """Lines: how many files were read, the share read fully right, the number silently wrong; the totals of the real files."""
    verdicts: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        verdicts += _of_exports(Path(folder), most=2 if quick else None)
        formats = made_files()
        verdicts += _of_formats(formats, Path(folder), most=4 if quick else None)
    for name, verdict in verdicts:
        if verdict != "right":
            print(f"  {name}: {verdict}")
    right = sum(verdict == "right" for _, verdict in verdicts)
    report.add(Line("formats of the corpus", len(formats), "formats", at_least=len(MAPPINGS)))
    report.add(Line("files of the corpus", len(verdicts), "files", at_least=None if quick else 400))
    report.add(Line("files read fully right", 100 * right / max(len(verdicts), 1), "%", at_least=98))
    report.add(Line("files silently wrong", sum(v.startswith("WRONG") for _, v in verdicts), "files", at_most=0))
    _real_files(report)


def _of_exports(folder: Path, most: int | None) -> list[tuple[str, str]]:
    """The simulated shop's own exports; the plain one against its columns' sums, the others against the plain one."""
    verdicts = []
    for file in made_exports():
        truth = None
        for number, style in enumerate([*styles(file.name)][:most]):
            verdict, landed = judge(file, style, folder / f"{file.name}-{number}", truth)
            truth = landed if style == PLAIN else truth
            verdicts.append((f"{file.name} [{style}]", verdict))
    return verdicts


def _of_formats(files: Sequence[Made], folder: Path, most: int | None) -> list[tuple[str, str]]:
    """Every format's made file; the plain one cell by cell against its known values, the others against the plain one."""
    verdicts: list[tuple[str, str]] = []
    for file in files:
        truth: Landed | None = None
        for number, style in enumerate([*written_styles(file)][:most]):
            child = len(verdicts) % CHILD_EVERY == 0
            verdict, landed = judge_made(file, style, folder / f"{file.mapping.name}-{number}", truth, child=child)
            truth = truth or landed
            verdicts.append((f"{file.mapping.name} [{style}]", verdict))
    return verdicts


def judge_made(
    file: Made, style: Written, folder: Path, truth: Landed | None, *, child: bool
) -> tuple[str, Landed | None]:
    """`right`, `refused: …` or `WRONG: …`."""
    path = save(file, style, folder)
    try:
        name, landed = read(path, child=child)
    except CastaneaError as refused:
        return f"refused: {refused}"[:300], None
    if name != file.mapping.name:
        return f"WRONG: taken for {name}", None
    if truth is None:
        told = "" if file.text else _cells_wrong(file, path)
        return (
            f"WRONG: {told}" if told else f"refused: {landed.rejected()} rows" if landed.rejected() else "right"
        ), landed
    return _against(landed, truth)


def _cells_wrong(file: Made, path: Path) -> str:
    """The first cell of the plain file that was not read as it was made; empty where all were."""
    with job(Landed(), child=False).open(Request(path)) as opened:
        raw = opened.sample().with_row_index("_row", offset=1)
        frame = CellTyper(opened.reading, zone_of(file).key).typed(raw).frame
    if frame.height != len(file.rows):
        return f"{len(file.rows)} rows were made, {frame.height} seen"
    for i, (name, kind) in enumerate(zip(file.columns, file.types, strict=True)):
        if not name or kind not in ("number", "time", "date") or file.mapping.columns[name].keep != "map":
            continue
        for row, got in zip(file.rows, frame[name].to_list(), strict=True):
            wanted = _wanted(row[i], kind, file)
            if wanted is not None and got != wanted:
                return f"{file.header[i]}: {row[i]} was read as {got}"
    return ""


def _wanted(cell: str, kind: str, file: Made) -> object:
    """What a made cell means; None where it is no plain number or time."""
    if kind == "number":
        return Decimal(cell) if _NUMBER.fullmatch(cell) else None
    found = _TIME.fullmatch(cell)
    if found is None or found[7]:
        return None
    at = _clock(found)
    return at.date() if kind == "date" else at.replace(tzinfo=zone_of(file)).astimezone(UTC)


def _against(landed: Landed, truth: Landed) -> tuple[str, Landed]:
    """Row by row against the plain file."""
    got, wanted = landed.rows(), truth.rows()
    if got == wanted:
        return "right", landed
    extra, missing = got - wanted, wanted - got
    if landed.rejected() and not extra:
        return f"refused: {landed.rejected()} rows wait in quarantine", landed
    first = f"{next(iter(extra), None)} instead of {next(iter(missing), None)}"
    return f"WRONG: {sum(extra.values())} rows differ, {sum(missing.values())} missing; {first}"[:900], landed


def _real_files(report: Report) -> None:
    """Public files with known totals, where they lie beside the checkout (or CASTANEA_TEST_DATA says where)."""
    data = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    for name, parts in REAL.items():
        found = sorted(path for path in data.glob(name) if path.is_file())
        if not found:
            print(f"  {name}: not there, its totals are not measured")
            continue
        landed = Landed()
        currency, totals = parts
        for path in found:
            importing = job(landed, child=True, currency=currency)
            with importing.open(Request(path)) as opened:
                importing.run(opened)
        for label, (table, column, kinds, wanted) in totals.items():
            total = landed.sum_of(table, column, kinds)
            report.add(Line(f"{name}: {label} off by", float(abs(total - Decimal(wanted))), currency, at_most=0))


def judge(file: ExportFile, style: Style, folder: Path, truth: Landed | None) -> tuple[str, Landed | None]:
    """`right`, `refused: …` or `WRONG: …`. The plain file must agree with its own columns' sums, all others with the plain one row by row."""
    path = write(file, style, folder)
    try:
        landed = read(path)[1]
    except CastaneaError as refused:
        return f"refused: {refused}"[:300], None
    if truth is None:
        return _against_sums(file, landed), landed
    return _against(landed, truth)


def _against_sums(file: ExportFile, landed: Landed) -> str:
    rows = file.rows.head(ROWS)
    for name, (table, column, kind) in SUMS.items():
        if (
            name not in rows.columns
            or (name == "买家应付货款" and "总金额" not in rows.columns)
            or (name == "退款金额" and "售后状态" not in rows.columns)
        ):
            continue
        wanted = sum((Decimal(v) for v in rows[name] if v), Decimal(0))
        if (got := landed.total(table, column, kind)) != wanted:
            return f"WRONG: {name} adds up to {wanted}, {table}.{column} to {got}"
    return "right" if not landed.rejected() else f"refused: {landed.rejected()} rows wait in quarantine"
