"""Input grids: what has no file is typed or pasted, checked, kept as versions in the log, corrected, and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pyarrow as pa

from castanea.contracts.log import EventLog
from castanea.contracts.sent import SentBatch, sent_batch_schema
from castanea.contracts.table import Table
from castanea.contracts.warehouse import Reader
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, NotFound
from castanea.runs.grid_columns import LABELS, WORDS, Grid, Row, grid
from castanea.runs.undo_import import record_batch
from castanea.warehouse.schema import fact, quoted
from castanea.warehouse.undone import GRID

if TYPE_CHECKING:
    from castanea.intake.landing import Landing
    from castanea.runs.grid_cells import CellFault, Checked

FORMAT = GRID  # of the version's record among the imports


@dataclass(frozen=True)
class Pasted:
    """What became of a paste, or of taking one back. `version` is empty and nothing has landed when there are faults.

    `restored`, `withdrawn`: rows that say again what they said before, rows that say nothing any more. `stay`: rows that could not be
    withdrawn (correct them by pasting). `since`: rows that a later version changed, left as they are.
    """

    table: str
    version: str = ""
    rows: int = 0
    faults: tuple[CellFault, ...] = ()
    offset: int = 0
    undoes: str = ""
    restored: int = 0
    withdrawn: int = 0
    stay: int = 0
    since: int = 0


@dataclass(frozen=True)
class GridColumn:
    name: str
    label: str
    doc: str
    type: str
    required: bool
    values: tuple[str, ...]
    labels: tuple[str, ...]
    filled: bool  # an empty cell is filled in


@dataclass(frozen=True)
class GridView:
    """A grid as it stands: its columns, its rows (text, in the order of the columns), and its versions, newest first."""

    table: str
    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    versions: tuple[dict[str, Any], ...] = field(default=())


def paste(table: str, text: str, landing: Landing, clock: Clock) -> Pasted:
    """Check what was pasted and land it as a version; all of it, or nothing when a cell is wrong.

    Raises InputError for a table without a grid or without rows, what landing raises.
    """
    made, now = grid(table), clock.now()
    checked = _checked(made, text, landing, now)
    if checked.faults:
        return Pasted(table, faults=checked.faults)
    version = _version(now)
    digest = hashlib.sha256(text.encode()).hexdigest()
    record = _record(version, table, now, len(checked.rows), digest, {})
    offsets = landing.land([_batch(made.table, checked.rows, version, now), record])
    return Pasted(table, version, len(checked.rows), offset=offsets[-1])


def check(table: str, text: str, landing: Landing, clock: Clock) -> Pasted:
    """What `paste` would say of the same text; nothing lands, and `version` is empty. Raises what `paste` raises for the text."""
    checked = _checked(grid(table), text, landing, clock.now())
    return Pasted(table, rows=len(checked.rows), faults=checked.faults)


def _checked(made: Grid, text: str, landing: Landing, now: datetime) -> Checked:
    from castanea.runs import grid_cells  # with Polars, which a server loads at the first grid that is typed

    return grid_cells.check(made, text, zone=landing.settings.zone, currency=landing.settings.currency, now=now)


def undo(table: str, version: str, landing: Landing, clock: Clock) -> Pasted:
    """Take a version back: each of its rows says again what it said before it, or nothing.

    Raises NotFound for a version that the table does not have, Conflict for one that was taken back already.
    """
    made, now = grid(table), clock.now()
    record = _find(landing.log, table, version)
    if record["undone"]:
        raise Conflict(
            f"version {version} of {table} was taken back already; castanea grid {table} --list shows its versions.",
            code="grid.undone",
        )
    theirs, before, since = _states(landing.log, made.table, version)
    rows: list[Row] = []
    restored = withdrawn = stay = 0
    for key, row in theirs.items():
        if key in since:
            continue
        if key in before:
            rows.append(_opened(landing, before[key]))
            restored += 1
        elif made.withdrawn is not None:
            rows.append(made.withdrawn(_opened(landing, row)))
            withdrawn += 1
        else:
            stay += 1
    number = _version(now)
    told = [_record(number, table, now, len(rows), "", {"undoes": version}), _undone(record, now)]
    offsets = landing.land([*([_batch(made.table, rows, number, now)] if rows else []), *told])
    return Pasted(
        table,
        number,
        len(rows),
        offset=offsets[-1],
        undoes=version,
        restored=restored,
        withdrawn=withdrawn,
        stay=stay,
        since=len(since),
    )


@dataclass(frozen=True)
class GridDesk:
    """`check`, `paste` and `undo` over one landing."""

    landing: Landing
    clock: Clock

    def check(self, table: str, text: str) -> Pasted:
        return check(table, text, self.landing, self.clock)

    def paste(self, table: str, text: str) -> Pasted:
        return paste(table, text, self.landing, self.clock)

    def undo(self, table: str, version: str) -> Pasted:
        return undo(table, version, self.landing, self.clock)


def view(reader: Reader, table: str, limit: int) -> GridView:
    """A grid as it stands. Raises InputError for a table without one."""
    made = grid(table)
    columns = [c for c in made.columns if not c.personal]
    names = ", ".join(quoted(c.name) for c in columns)
    keys = ", ".join(quoted(name) for name in made.table.key)
    newest = (
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1"
    )
    source = f"(SELECT * FROM {fact(table)} {newest})"
    total = reader.fetch(f"SELECT count(*) AS n FROM {source}").to_pylist()[0]["n"]
    rows = reader.fetch(f"SELECT {names} FROM {source} ORDER BY {keys} LIMIT ?", [limit]).to_pylist()
    versions = reader.fetch(
        'SELECT import_id AS version, "time", received AS rows, undone, mapping FROM fact.import_run WHERE format = ? AND file = ? '
        'ORDER BY "time" DESC, import_id DESC',
        [FORMAT, table],
    ).to_pylist()
    return GridView(
        table, tuple(_column(made, c.name) for c in columns), tuple(tuple(_text(row[c.name]) for c in columns) for row in rows), total,
        tuple({**v, "undoes": msgspec.json.decode(v.pop("mapping") or "{}").get("undoes", "")} for v in versions),
    )  # fmt: skip


def _column(made: Grid, name: str) -> GridColumn:
    column = made.table.by_name[name]
    labels = tuple(WORDS.get(value, value) for value in column.values)
    return GridColumn(
        name, LABELS.get(name, name), column.doc, column.type.value, name in made.required, column.values, labels,
        name in made.fillers,
    )  # fmt: skip


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds") + "Z"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text.rstrip("0").rstrip(".") if type(value).__name__ == "Decimal" and "." in text else text


def _version(now: datetime) -> str:
    return f"grid-{now:%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"


def _batch(table: Table, rows: Sequence[Row], version: str, now: datetime) -> SentBatch:
    schema = sent_batch_schema(table.name)
    system = {"_version": now, "_occurrence": 1}
    columns = {
        f.name: [system.get(f.name, i + 1 if f.name == "_row" else row.get(f.name)) for i, row in enumerate(rows)]
        for f in schema
    }
    return SentBatch(table.name, FORMAT, pa.table(columns, schema=schema), None, version)


def _record(version: str, table: str, now: datetime, rows: int, digest: str, more: dict[str, str]) -> SentBatch:
    return _imported(
        {
            "import_id": version, "file": table, "sha256": digest, "format": FORMAT, "mapping": msgspec.json.encode(more).decode(),
            "received": rows, "suspects": 0, "undone": False, "time": now,
        },
        now,
    )  # fmt: skip


def _undone(record: Row, now: datetime) -> SentBatch:
    return _imported({**record, "undone": True}, now)


def _imported(values: Row, now: datetime) -> SentBatch:
    return record_batch({**values, "_version": now}, FORMAT)


def _find(log: EventLog, table: str, version: str) -> Row:
    """The version's record as it stands."""
    found: Row | None = None
    for landed in log.of_table("import_run"):
        if landed.batch.import_id == version:
            row = landed.batch.rows.to_pylist()[-1]
            if row["format"] == FORMAT and row["file"] == table:
                found = row
    if found is None:
        raise NotFound(
            f"{table} has no version {version!r}; castanea grid {table} --list shows them.", code="grid.no_version"
        )
    return found


def _states(log: EventLog, table: Table, version: str) -> tuple[dict[Any, Row], dict[Any, Row], set[Any]]:
    """(the version's rows by key, the newest earlier state of each, the keys that somebody changed since)."""
    theirs: dict[Any, Row] = {}
    others: dict[Any, list[Row]] = {}
    for landed in log.of_table(table.name):
        if landed.batch.import_id == version:
            theirs = {_key(table, row): row for row in landed.batch.rows.to_pylist()}
    for landed in log.of_table(table.name):
        if landed.batch.import_id != version:
            for row in landed.batch.rows.to_pylist():
                if (key := _key(table, row)) in theirs:
                    others.setdefault(key, []).append(row)
    before, since = {}, set()
    for key, rows in others.items():
        newest = max(rows, key=lambda row: row["_version"])
        if newest["_version"] > theirs[key]["_version"]:
            since.add(key)
        else:
            before[key] = newest
    return theirs, before, since


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return (*(row.get(name) or "" for name in table.key), row["_occurrence"])


def _opened(landing: Landing, row: Row) -> Row:
    """A landed row as it was sent, personal values in clear."""
    sealed = row.get("_sealed")
    return {**row, **(landing.vault.open(row["_subject"], sealed) if sealed else {})}
