"""Batches as they are sent: canonical rows with personal values in clear, on their way to being sealed. They live in memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import pyarrow as pa

from castanea.contracts.table import ARROW, SYSTEM
from castanea.contracts.tables import TABLES

EXTRA = "_extra"
SYSTEM_FIELDS = tuple(pa.field(c.name, ARROW[c.type], nullable=not c.required) for c in SYSTEM)


@cache
def sent_batch_schema(table: str) -> pa.Schema:
    """The sent columns of a table, then `_version`, `_occurrence`, `_row`. `_extra` may follow."""
    return pa.schema([*TABLES[table].sent_schema, *SYSTEM_FIELDS])


@dataclass(frozen=True)
class SentBatch:
    """Rows of one canonical table from one source, checked, not yet sealed.

    `rows` has `sent_batch_schema(table)` and may have a text column `_extra`: per row a JSON object of the columns that no mapping knows.
    `rejects` holds the rows that could not be used, in the sent form of `quarantine`. Both are sealed by `Landing` before they are
    written anywhere. `derived`, `suspects`, `import_id` and `attributes` as in `NewBatch`; attributes must not hold personal values.
    """

    table: str
    source: str
    rows: pa.Table
    rejects: pa.Table | None = None
    import_id: str = ""
    derived: bool = False
    suspects: int = 0
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def received(self) -> int:
        return int(self.rows.num_rows) + (int(self.rejects.num_rows) if self.rejects is not None else 0)
