"""Taking an import back as a whole, and bringing it back: a newer record of it in the log, which the warehouse obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from castanea.contracts.log import EventLog
from castanea.contracts.sent import SentBatch, sent_batch_schema
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.warehouse.undone import GRID

if TYPE_CHECKING:
    from castanea.intake.landing import Landing

SHORTEST = 6  # characters of an import's number that may stand for all of it

Record = dict[str, Any]


@dataclass(frozen=True)
class TakenBack:
    """`undone` is how the import now stands; the warehouse has obeyed when it has applied `offset`."""

    import_id: str
    file: str
    received: int
    undone: bool
    offset: int


@dataclass(frozen=True)
class ImportDesk:
    """Takes imports back over one landing. Blocking."""

    landing: Landing
    clock: Clock

    def set_undone(self, import_id: str, *, undone: bool) -> TakenBack:
        """Raises NotFound, InputError when the number begins that of several, Conflict when it stands like that already."""
        record = find(self.landing.log, import_id)
        if record["undone"] == undone:
            state = "was taken back already" if undone else "stands; it was never taken back"
            raise Conflict(f"the import of {record['file']} ({record['import_id']}) {state}.", code="import.stands_so")
        offset = self.landing.land([record_batch({**record, "undone": undone, "_version": self.clock.now()}, "undo")])[
            -1
        ]
        return TakenBack(record["import_id"], record["file"], record["received"], undone, offset)


def find(log: EventLog, import_id: str) -> Record:
    """The newest record of an import, by its number or the beginning of it. Raises NotFound, InputError."""
    if len(import_id) < SHORTEST:
        raise InputError(
            f"'{import_id}' is too short for an import's number; give {SHORTEST} characters or more (castanea imports)",
            code="import.number",
        )
    found: dict[str, Record] = {}
    for landed in log.of_table("import_run"):
        for row in landed.batch.rows.to_pylist():
            number = row["import_id"]
            if number.startswith(import_id) and (number not in found or row["_version"] >= found[number]["_version"]):
                found[number] = row
    if len(found) > 1:
        raise InputError(
            f"'{import_id}' begins the numbers of {len(found)} imports; give more of it", code="import.number"
        )
    if not found:
        raise NotFound(f"there is no import {import_id!r}; castanea imports lists them", code="import.not_found")
    record = next(iter(found.values()))
    if record["format"] == GRID:
        raise InputError(
            f"{record['import_id']} is a version of an input grid; take it back with "
            f"castanea grid {record['file']} --undo {record['import_id']}",
            code="import.is_grid",
        )
    return record


def record_batch(values: Mapping[str, Any], source: str) -> SentBatch:
    """An import's record, ready to land; `values` by column name, `_version` among them."""
    schema = sent_batch_schema("import_run")
    row = {name: values.get(name) for name in schema.names} | {"_occurrence": 1, "_row": 1}
    rows = pa.table({name: [row[name]] for name in schema.names}, schema=schema)
    return SentBatch("import_run", source, rows, None, values["import_id"], derived=True)
