"""The language in which canonical tables are declared.

A table is declared once; its Arrow schema, DuckDB DDL, validators and reference page are derived from the declaration.

Three views of one table:

* **sent**: what a sender or a file gives: every column that is not derived, personal ones in clear, identifiers as text;
* **landed**: what the log and the warehouse hold: personal columns sealed into `_sealed` under `_subject`, identifiers replaced by
  random 128-bit pseudonyms, plus the system columns `_version`, `_occurrence`, `_row`;
* **resolved**: landed plus the derived columns that the loader fills from other facts (an order line's pay time from its order).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import pyarrow as pa


class Type(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    QUANTITY = "quantity"  # decimal(18,4): units may be fractions (kg)
    MONEY = "money"  # decimal(18,4), in the row's currency
    RATE = "rate"  # decimal(18,8): exchange rates, shares, percentages as fractions
    TIMESTAMP = "timestamp"  # microseconds, UTC
    DATE = "date"
    BOOLEAN = "boolean"
    UUID = "uuid"  # a 128-bit pseudonym
    BYTES = "bytes"


ARROW: dict[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.QUANTITY: pa.decimal128(18, 4),
    Type.MONEY: pa.decimal128(18, 4),
    Type.RATE: pa.decimal128(18, 8),
    Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Type.DATE: pa.date32(),
    Type.BOOLEAN: pa.bool_(),
    Type.UUID: pa.uuid(),
    Type.BYTES: pa.binary(),
}

DUCKDB: dict[Type, str] = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.QUANTITY: "DECIMAL(18,4)",
    Type.MONEY: "DECIMAL(18,4)",
    Type.RATE: "DECIMAL(18,8)",
    Type.TIMESTAMP: "TIMESTAMP",  # UTC without a zone: the planner alone knows zones
    Type.DATE: "DATE",
    Type.BOOLEAN: "BOOLEAN",
    Type.UUID: "UUID",
    Type.BYTES: "BLOB",
}


class Privacy(StrEnum):
    OPEN = "open"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True)
class Column:
    """One column.

    `unit` is a word of the unit list (`money`, `units`, `seconds`, `share`, …) or empty. `identifies` names whom an identifier column
    stands for (`customer`, `visitor`): it is sent as text and lands as a pseudonym. `derived` columns are filled by the loader.
    `values` closes a text column to a list.
    """

    name: str
    type: Type
    doc: str
    required: bool = False
    unit: str = ""
    privacy: Privacy = Privacy.INTERNAL
    identifies: str = ""
    derived: bool = False
    values: tuple[str, ...] = ()

    @property
    def personal(self) -> bool:
        return self.privacy in (Privacy.PERSONAL, Privacy.SENSITIVE)


SYSTEM = (
    Column("_version", Type.TIMESTAMP, "The fact's version: the row's own updated-at, else its export's time.", True),
    Column(
        "_occurrence", Type.INTEGER, "The occurrence of the natural key inside its file, from 1; part of the key.", True
    ),
    Column(
        "_row",
        Type.INTEGER,
        "The row's number in its file or batch, from 1; for finding it again, not part of its content.",
    ),
)
SEALING = (
    Column(
        "_subject", Type.UUID, "Whose personal values the row holds; the pseudonym under whose key they are sealed."
    ),
    Column("_sealed", Type.BYTES, "The row's personal and unclassified values, sealed (AES-256-GCM) as one blob."),
)


@dataclass(frozen=True)
class Table:
    """One canonical table.

    `key` names the natural key's columns; the occurrence is always part of the key too. `time` is the column that dates a row when no
    metric says otherwise. `subjects` lists, in order, the columns that name the row's subject: the first that is not empty is taken.
    `immutable` rows are events that happened once (a page view): a second arrival of the key is a duplicate whatever it holds.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str = ""
    subjects: tuple[str, ...] = ()
    immutable: bool = False
    kind: str = "fact"  # fact | dimension | book
    labels: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        missing = [n for n in (*self.key, *self.subjects, *((self.time,) if self.time else ())) if n not in names]
        if missing or len(set(names)) != len(names):
            raise ValueError(f"table {self.name}: unknown or repeated columns {missing or names}")

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    @cached_property
    def sent(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if not c.derived)

    @cached_property
    def personal(self) -> tuple[Column, ...]:
        return tuple(c for c in self.sent if c.personal and not c.identifies)

    @cached_property
    def seals(self) -> bool:
        """Whether rows carry `_subject` and `_sealed`: every table, for unknown columns are sealed; of the books those with personal columns."""
        return self.kind != "book" or bool(self.personal or self.subjects)

    @cached_property
    def landed(self) -> tuple[Column, ...]:
        clear = tuple(c for c in self.sent if not c.personal or c.identifies)
        return (*clear, *(SEALING if self.seals else ()), *SYSTEM)

    @cached_property
    def derived(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.derived)

    @cached_property
    def landed_schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, ARROW[c.type], nullable=not c.required) for c in self.landed])

    @cached_property
    def sent_schema(self) -> pa.Schema:
        """Identifiers are text here; the vault turns them into pseudonyms."""
        return pa.schema(
            [
                pa.field(c.name, pa.string() if c.identifies else ARROW[c.type], nullable=not c.required)
                for c in self.sent
            ]
        )
