"""Rows that wait in quarantine: listed and opened for their owner, and replayed once they are mended. All of it through the log."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from castanea.cleaning.choosing import Fit, Reading
from castanea.cleaning.mapped import Frame, MappedFile
from castanea.cleaning.numbers import NumberStyle
from castanea.cleaning.times import TimeStyle
from castanea.contracts.log import EventLog
from castanea.contracts.mappings import parse_mapping
from castanea.contracts.sent import SentBatch, sent_batch_schema
from castanea.contracts.tables import TABLES
from castanea.intake.landing import Landing
from castanea.kit.clock import Clock
from castanea.kit.errors import InputError, NotFound
from castanea.sources.files.rows import chunk_schema
from castanea.vault import Vault

MARK = "\n# read as: "
_OWN = ("quarantine_id", "import_id", "table", "source_row", "reason", "column", "rule")
_SLAB = 200_000
REPLAY = "replay"  # the source of the rows that say what was replayed


class ReadAs(msgspec.Struct, frozen=True):
    """How a file's cells were read; kept behind the mapping in the import's record, so that mended rows are read the same way."""

    header: tuple[str, ...]
    places: dict[str, int]
    commas: dict[str, bool]
    times: dict[str, tuple[str, str]]
    meanings: dict[str, str]
    shop: str
    shop_given: bool


@dataclass(frozen=True)
class Replayed:
    """`received` mended rows: `landed` as rows, `refused` again (they wait as before), with the reasons of those."""

    received: int
    landed: int
    refused: int
    reasons: dict[str, int]
    import_id: str
    offset: int
    again: dict[str, str]  # quarantine number → why it was refused again


def read_as(reading: Reading, chosen: dict[str, str], shop: str, *, shop_given: bool) -> str:
    """The text kept behind the mapping."""
    numbers = {name: style.comma for name, style in reading.numbers.items()}
    times = {name: (style.order, style.quick) for name, style in reading.times.items()}
    kept = ReadAs(reading.header, reading.fit.places, numbers, times, chosen, shop, shop_given)
    return MARK + msgspec.json.encode(kept).decode()


def waiting(log: EventLog, import_id: str = "") -> list[dict[str, Any]]:
    """The landed quarantine rows that still wait, the newest state of each, sealed as they are."""
    newest: dict[str, dict[str, Any]] = {}
    for row in _quarantine_rows(log):
        before = newest.get(row["quarantine_id"])
        if before is None or row["_version"] >= before["_version"]:
            newest[row["quarantine_id"]] = row
    rows = (row for row in newest.values() if row["state"] == "waiting" and import_id in ("", row["import_id"]))
    return sorted(rows, key=lambda row: (row["time"], row["source_row"] or 0))


def export(log: EventLog, vault: Vault, out: TextIO, import_id: str) -> int:
    """Write the waiting rows of an import as CSV with their reasons, opened; returns their number."""
    rows = waiting(log, import_id)
    imports = sorted({row["import_id"] for row in rows})
    if len(imports) > 1:
        raise InputError(f"rows of {len(imports)} imports wait; choose one with --import: {', '.join(imports)}")
    if not rows:
        raise NotFound("no row waits in quarantine" + (f" for import {import_id}" if import_id else ""))
    header = _record(log, imports[0])[1].header if imports[0] else ()
    opened = [(row, _cells(_raw(vault, row), header)) for row in rows]
    names = list(dict.fromkeys(name for _, cells in opened for name in cells))
    writer = csv.writer(out)
    writer.writerow([*_OWN, *names])
    for row, cells in opened:
        writer.writerow(
            [*("" if row[name] is None else row[name] for name in _OWN), *(cells.get(name, "") for name in names)]
        )
    return len(rows)


def opened(
    log: EventLog, vault: Vault, import_id: str, limit: int | None = None, only: AbstractSet[str] | None = None
) -> tuple[dict[str, Any], tuple[str, ...], list[tuple[dict[str, Any], dict[str, str]]]]:
    """(the import's record, its file's columns, its waiting rows each with its cells). Raises NotFound for an import without a record."""
    record, kept = _record(log, import_id)
    rows = [row for row in waiting(log, import_id) if only is None or row["quarantine_id"] in only]
    cells = [(row, _cells(_raw(vault, row), kept.header)) for row in rows[:limit]]
    return record, tuple(dict.fromkeys([*kept.header, *(name for _, found in cells for name in found)])), cells


def replay(path: Path, landing: Landing, clock: Clock) -> Replayed:
    """Take a mended CSV (as `export` wrote it): its rows are read as their file was, and land as log records."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        mended = list(csv.DictReader(file))
    if not mended or not {"quarantine_id", "import_id", "source_row"} <= set(mended[0]):
        raise InputError(
            f"{path.name} is no export of the quarantine; make one with castanea quarantine export, and keep its first columns"
        )
    if len({row["import_id"] for row in mended}) > 1:
        raise InputError(f"{path.name} holds rows of several imports; replay one at a time")
    return replay_rows(mended, landing, clock)


def replay_rows(mended: Sequence[dict[str, str]], landing: Landing, clock: Clock) -> Replayed:
    """Replay rows of one import: their cells by the file's column names, with `quarantine_id`, `import_id` and `source_row`.

    Raises NotFound when none of them waits any more.
    """
    by_id = {row["quarantine_id"]: row for row in waiting(landing.log, mended[0]["import_id"])}
    mended = [row for row in mended if row["quarantine_id"] in by_id]
    if not mended:
        raise NotFound("none of these rows waits in quarantine any more", code="mending.none_waits")
    record, kept = _record(landing.log, mended[0]["import_id"])
    batches, refused = _mapped(mended, record, kept, clock)
    accepted = [by_id[row["quarantine_id"]] for row in mended if int(row["source_row"]) not in refused]
    import_id = uuid4().hex
    own = _imports_of(landing.log, record["import_id"])
    stamped = [replace(_after_its_equals(batch, landing.log, own), import_id=import_id) for batch in batches]
    states = [_replayed(accepted, landing.vault, import_id, clock.now())] if accepted else []
    offsets = landing.land([*stamped, *states]) if accepted else [landing.log.head()]
    reasons: dict[str, int] = {}
    for reason in refused.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    again = {row["quarantine_id"]: refused[n] for row in mended if (n := int(row["source_row"])) in refused}
    return Replayed(len(mended), len(accepted), len(mended) - len(accepted), reasons, import_id, max(offsets), again)


def _mapped(
    mended: Sequence[dict[str, str]], record: dict[str, Any], kept: ReadAs, clock: Clock
) -> tuple[list[SentBatch], dict[int, str]]:
    """Batches of the mended rows without rejects, and per refused row of the file its reason."""
    mapping = parse_mapping(record["mapping"].split(MARK)[0], "the import's mapping")
    reading = Reading(
        Fit(mapping, kept.places, 1.0), kept.header, {n: NumberStyle(comma=c) for n, c in kept.commas.items()},
        {n: TimeStyle(order, quick) for n, (order, quick) in kept.times.items()},
        tuple(i for i in range(len(kept.header)) if i not in kept.places.values()),
    )  # fmt: skip
    frame = Frame(
        record["import_id"], record["sha256"], f"file:{mapping.name}", kept.shop, record["zone"], record["currency"],
        record["exported_at"], clock.now(), kept.shop_given,
    )  # fmt: skip
    columns = [[row.get(name) or None for row in mended] for name in kept.header]
    numbers = pa.array([int(row["source_row"]) for row in mended], pa.int64())
    chunk = pa.Table.from_arrays(
        [*(pa.array(c, pa.string()) for c in columns), numbers], schema=chunk_schema(len(kept.header))
    )
    mapped = MappedFile(reading, frame)
    try:
        for meaning in mapping.meanings:
            for choice in meaning.choices:
                if kept.meanings.get(meaning.name, meaning.choices[0].name) == choice.name:
                    mapped.meanings.chosen[meaning.name] = choice
        batches = mapped.batches(chunk)
    finally:
        mapped.close()
    refused = {
        row["source_row"]: row["reason"]
        for batch in batches
        if batch.rejects is not None
        for row in batch.rejects.to_pylist()
    }
    return [replace(batch, rejects=None) for batch in batches if batch.rows.num_rows], refused


def _imports_of(log: EventLog, import_id: str) -> set[str]:
    """An import and the replays of its rows."""
    told = (b for b in _batches(log) if b.table == "quarantine" and b.source == REPLAY and b.rows.num_rows)
    return {import_id, *(b.import_id for b in told if import_id in b.rows.column("import_id").to_pylist())}


def _after_its_equals(batch: SentBatch, log: EventLog, imports: set[str]) -> SentBatch:
    """The batch with occurrences that follow those of the same file that landed: two equal lines of an order are two, also when one of
    them had to be mended. What a file says once (an order, a product) stays the first."""
    keys = list(TABLES[batch.table].key)
    if batch.derived or any(TABLES[batch.table].by_name[key].identifies for key in keys):
        return batch
    rows = pl.DataFrame(batch.rows.select(keys))
    seen = [
        pl.DataFrame(landed.rows.select([*keys, "_occurrence"])).join(
            rows.unique(), on=keys, how="semi", nulls_equal=True
        )
        for landed in _batches(log)
        if landed.import_id in imports and landed.table == batch.table and landed.rows.num_rows
    ]
    if not seen:
        return batch
    before = pl.concat(seen).group_by(keys).agg(pl.col("_occurrence").max().alias("before"))
    joined = rows.join(before, on=keys, how="left", nulls_equal=True, maintain_order="left")
    place = batch.rows.column_names.index("_occurrence")
    moved = pc.add(batch.rows.column("_occurrence"), joined["before"].fill_null(0).to_arrow())
    return replace(batch, rows=batch.rows.set_column(place, batch.rows.schema.field(place), moved))


def _replayed(rows: Sequence[dict[str, Any]], vault: Vault, import_id: str, now: datetime) -> SentBatch:
    """The rows' new state, as rows of the quarantine."""
    schema = sent_batch_schema("quarantine")
    told = []
    for row in rows:
        values = {**row, **_opened(vault, row), "state": "replayed", "_version": now}
        told.append({name: values.get(name) for name in schema.names})
    return SentBatch("quarantine", REPLAY, pa.Table.from_pylist(told, schema=schema), None, import_id, derived=True)


def _record(log: EventLog, import_id: str) -> tuple[dict[str, Any], ReadAs]:
    for batch in _batches(log):
        if batch.table == "import_run" and batch.import_id == import_id and batch.rows.num_rows:
            record = batch.rows.to_pylist()[0]
            return record, msgspec.json.decode(record["mapping"].split(MARK)[1], type=ReadAs)
    raise NotFound(
        f"import {import_id or '(none)'} left no record; rows that came as events are mended at their sender and sent again"
    )


def _batches(log: EventLog) -> Iterator[Any]:
    offset = 0
    while True:
        landed = list(log.read(offset, _SLAB))
        if not landed:
            return
        for item in landed:
            yield item.batch
        offset = landed[-1].offset


def _quarantine_rows(log: EventLog) -> Iterator[dict[str, Any]]:
    for batch in _batches(log):
        for table in (batch.rejects, batch.rows if batch.table == "quarantine" else None):
            if table is not None and table.num_rows:
                yield from table.to_pylist()


def _opened(vault: Vault, row: dict[str, Any]) -> dict[str, Any]:
    return dict(vault.open(row["_subject"], row["_sealed"])) if row.get("_sealed") else {}


def _raw(vault: Vault, row: dict[str, Any]) -> Any:
    return json.loads(_opened(vault, row).get("raw") or "{}")


def _cells(raw: Any, header: Sequence[str]) -> dict[str, str]:
    """The cells under the file's names; those of a ragged row by their place."""
    if isinstance(raw, dict):
        return {str(name): "" if value is None else str(value) for name, value in raw.items()}
    names = [*header, *(f"cell {i + 1}" for i in range(len(header), len(raw)))]
    return {name: value or "" for name, value in zip(names, raw, strict=False)}
