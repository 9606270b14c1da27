"""Rows that cannot be used: kept with their reason, each row once, beside the rows of its chunk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl
import pyarrow as pa

from castanea.cleaning.choosing import Reading
from castanea.cleaning.typing_cells import RULES
from castanea.contracts.sent import SentBatch, sent_batch_schema
from castanea.contracts.validate import Reject, quarantine_rows

_SHOWN = 200


class Rejects:
    """Collects the rejects of one chunk."""

    def __init__(
        self, chunk: pl.DataFrame, reading: Reading, source: str, import_id: str, file_id: str, now: datetime
    ) -> None:
        self._chunk, self._reading, self._source = chunk, reading, source
        self._import_id, self._file_id, self._now = import_id, file_id, now
        self.positions: list[int] = []
        self._found: dict[int, tuple[str, Reject]] = {}
        self._odd: list[tuple[str, Reject, str]] = []

    def add(self, position: int, reason: str, column: str, rule: str, table: str, value: str = "") -> None:
        """The row at a position of the chunk; the first reason stands."""
        if position in self._found:
            return
        place = self._reading.fit.places.get(column)
        name = self._reading.header[place] if place is not None else column
        shown = value or (str(self._chunk[f"c{place}"][position] or "") if place is not None else "")
        row = int(self._chunk["_row"][position])
        self._found[position] = (table, Reject(position, row, reason, name, shown[:_SHOWN], rule))
        self.positions.append(position)

    def add_odd(self, row: int, cells: Sequence[str | None], reason: str, table: str) -> None:
        """A record that does not fit the header."""
        text = json.dumps(list(cells), ensure_ascii=False)
        self._odd.append((table, Reject(0, row, reason, "", f"{len(cells)} cells", RULES.get(reason, "")), text))

    def attached(self, batches: list[SentBatch]) -> list[SentBatch]:
        """The batches with their table's rejects; a batch of its own where the table has no rows in this chunk.

        A row that a further table refused has left the batch of its own table before.
        """
        by_table: dict[str, list[tuple[Reject, str]]] = {}
        own_tables = [batch.table for batch in batches]
        fallback = own_tables[0] if own_tables else ""
        for position in sorted(self._found):
            table, reject = self._found[position]
            where = table if table in own_tables or not fallback else fallback
            by_table.setdefault(where, []).append((reject, self._raw(position)))
        for table, reject, text in self._odd:
            by_table.setdefault(table if table in own_tables or not fallback else fallback, []).append((reject, text))
        result = []
        for batch in batches:
            mine = by_table.pop(batch.table, None)
            result.append(replace(batch, rejects=self._rows(batch.table, mine)) if mine else batch)
        for table, mine in by_table.items():
            empty = sent_batch_schema(table).empty_table()
            result.append(SentBatch(table, self._source, empty, self._rows(table, mine), self._import_id))
        return result

    def _rows(self, table: str, mine: list[tuple[Reject, str]]) -> pa.Table:
        """Quarantine rows whose number follows from the file and the row, so that the same file again gives the same."""
        rejects, texts = [reject for reject, _ in mine], [text for _, text in mine]
        rows = quarantine_rows(table, rejects, texts, source=self._source, import_id=self._import_id, time=self._now)
        ids = [
            hashlib.sha256(f"{self._file_id}\x1f{reject.row}\x1f{text}".encode()).hexdigest()[:32]
            for reject, text in mine
        ]
        return rows.set_column(
            rows.schema.get_field_index("quarantine_id"), rows.schema.field("quarantine_id"), pa.array(ids, pa.string())
        )

    def _raw(self, position: int) -> str:
        row = self._chunk.row(position, named=True)
        return json.dumps({name: row[f"c{i}"] for i, name in enumerate(self._reading.header)}, ensure_ascii=False)
