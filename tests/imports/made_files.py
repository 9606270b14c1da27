"""Makes files with known truth in every encoding, delimiter and number style, and imports them into a list."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from castanea.contracts.mappings import load_mappings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.clock import FixedClock
from castanea.runs.import_file import ImportFile, Outcome, Request
from castanea.sources.files import Limits

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Kept:
    """A landing that keeps the sent batches in memory, so that cleaned rows can be looked at."""

    batches: list[SentBatch] = field(default_factory=list)

    def seal(self, batches: Sequence[SentBatch]) -> Sequence[SentBatch]:
        return batches

    def keep(self, sealed: Sequence[SentBatch]) -> list[int]:
        self.batches.extend(sealed)
        return [len(self.batches)]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for batch in self.batches if batch.table == table for row in batch.rows.to_pylist()]

    def rejects(self) -> list[dict[str, Any]]:
        return [row for b in self.batches if b.rejects is not None for row in b.rejects.to_pylist()]

    def total(self, table: str, column: str, **where: object) -> Decimal:
        rows = (r for r in self.rows(table) if all(r[name] == value for name, value in where.items()))
        return sum((row[column] or Decimal(0) for row in rows), Decimal(0))


def importer(
    kept: Kept | None, limits: Limits | None = None, currency: str = "CNY", zone: str = "Asia/Shanghai"
) -> ImportFile:
    return ImportFile(kept, WorkspaceSettings("test", currency, zone), load_mappings(), FixedClock(NOW), limits)


def import_into(path: Path, kept: Kept, limits: Limits | None = None, **asked: Any) -> Outcome:
    """Import a file into a list of batches; received = rows + rejects of the primary batches is checked on the way."""
    job = importer(kept, limits)
    with job.open(Request(path, **asked)) as opened:
        outcome = job.run(opened)
    primary = [b for b in kept.batches if not b.derived and b.import_id == outcome.import_id]
    assert outcome.received == sum(b.received for b in primary)
    return outcome


def csv_text(rows: Sequence[Sequence[object]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


TMALL = ("订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额")


def tmall_rows(count: int, first: int = 5_000_000_000_000_000_000) -> list[list[str]]:
    """Orders of a Tmall summary: every fourth unpaid, every fifth refunded in part (net of refunds)."""
    rows = []
    for i in range(count):
        total, paid = Decimal(1000 + i) / 10, i % 4 != 0
        refund = total / 2 if paid and i % 5 == 0 else Decimal(0)
        net = total - refund if paid else Decimal(0)
        at = f"2020-02-{i % 28 + 1:02} {i % 24:02}:10:00"
        rows.append([str(first + i), str(total), str(net), "江苏省", at, at if paid else "", str(refund)])
    return rows


def by(rows: Sequence[dict[str, Any]], column: str) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for row in rows:
        counts[row[column]] += 1
    return dict(counts)
