"""Files of known truth, read: fully right, refused with a reason, or silently wrong (which must never happen)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bench.formats_corpus import LAST, PLAIN, ROWS, Style, made_exports, styles, write
from bench.report import Line, Report
from castanea.contracts.mappings import load_mappings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.exporting import ExportFile
from castanea.kit.clock import FixedClock
from castanea.kit.errors import CastaneaError
from castanea.runs.import_file import ImportFile, Request

SYSTEM = {"_row", "_extra", "_occurrence", "_version", "updated_at"}
# what a file's own columns add up to, and where that must land: column of the file → table, column, kind of line ("" = any)
SUMS = {
    "买家应付邮费": ("order_line", "amount", "shipping"), "买家退款金额": ("refund", "amount", ""), "退款金额": ("refund", "amount", ""),
    "退商品金额（元）": ("refund", "amount", ""), "Line: Total": ("refund", "amount", ""), "支付金额": ("platform_daily", "paid_amount", ""),
    "成交金额": ("platform_daily", "paid_amount", ""), "实际库存数": ("stock_level", "on_hand", ""), "购买数量": ("order_line", "quantity", ""),
    "买家应付货款": ("order_line", "amount", "product"), "运费": ("order_line", "amount", "shipping"),
}  # fmt: skip


@dataclass
class Landed:
    batches: list[SentBatch] = field(default_factory=list)

    def land(self, batches: Sequence[SentBatch]) -> list[int]:
        self.batches.extend(batches)
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

    def rejected(self) -> int:
        return sum(b.rejects.num_rows for b in self.batches if b.rejects is not None)


def read(path: Path) -> Landed:
    landed = Landed()
    clock = FixedClock(datetime(LAST.year, LAST.month, LAST.day + 1, 12, tzinfo=UTC))
    job = ImportFile(landed, WorkspaceSettings("bench", "CNY", "Asia/Shanghai"), load_mappings(), clock)
    with job.open(Request(path)) as opened:
        job.run(opened)
    return landed


def measure(report: Report, *, quick: bool = False) -> None:
    """Lines: how many files were read, the share read fully right, the number silently wrong."""
    right = wrong = count = 0
    told: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for file in made_exports():
            truth = None
            for number, style in enumerate(styles(file.name)):
                if quick and number >= 4:
                    break
                verdict, landed = judge(file, style, Path(folder) / f"{file.name}-{number}", truth)
                truth = landed if style == PLAIN else truth
                count, right, wrong = count + 1, right + (verdict == "right"), wrong + verdict.startswith("WRONG")
                if verdict != "right":
                    told.append(f"  {file.name} [{style}]: {verdict}")
    print("\n".join(told))
    share = 100 * right / max(count, 1)
    report.add(Line("files of the corpus", count, "files", at_least=None if quick else 400))
    report.add(Line("files read fully right", share, "%", at_least=98))
    report.add(Line("files silently wrong", wrong, "files", at_most=0))


def judge(file: ExportFile, style: Style, folder: Path, truth: Landed | None) -> tuple[str, Landed | None]:
    """`right`, `refused: …` or `WRONG: …`. The plain file must agree with its own columns' sums, all others with the plain one row by row."""
    path = write(file, style, folder)
    try:
        landed = read(path)
    except CastaneaError as refused:
        return f"refused: {refused}"[:300], None
    if truth is None:
        return _against_sums(file, landed), landed
    got, wanted = landed.rows(), truth.rows()
    if got == wanted:
        return "right", landed
    extra, missing = got - wanted, wanted - got
    if landed.rejected() and not extra:
        return f"refused: {landed.rejected()} rows wait in quarantine", landed
    return (
        f"WRONG: {sum(extra.values())} rows differ, {sum(missing.values())} missing; first {next(iter(extra), None)}"[
            :400
        ],
        landed,
    )


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
