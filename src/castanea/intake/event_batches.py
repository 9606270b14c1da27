"""Raw events to sent batches: checked, versioned, an order's lines set apart, what cannot be used set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.contracts.sent import SentBatch, sent_batch_schema
from castanea.contracts.tables import TABLES
from castanea.contracts.validate import Reject, Validated, quarantine_rows, validate
from castanea.intake.event_columns import LINE
from castanea.intake.received import Events, Ints, Received
from castanea.intake.shop_zones import ShopZones

SHOWN_ERRORS = 20
_UNKNOWN = "unknown"
SHOP = "shop"


@dataclass
class Outcome:
    """What became of one request's events."""

    received: int = 0
    quarantined: int = 0
    lines: int = 0
    lines_quarantined: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    batches: set[int] = field(default_factory=set)

    def add(self, table: str, reject: Reject, line: bool) -> None:
        if line:
            self.lines_quarantined += 1
        else:
            self.quarantined += 1
        if len(self.errors) < SHOWN_ERRORS:
            self.errors.append(
                {"row": reject.row, "code": reject.reason, "table": table, "column": reject.column, "rule": reject.rule}
            )


@dataclass
class _Pile:
    """What goes into one batch."""

    rows: list[pa.Table] = field(default_factory=list)
    rejects: list[pa.Table] = field(default_factory=list)
    requests: set[int] = field(default_factory=set)


Key = tuple[str, str, bool]  # table, source, derived


class Assembly:
    """Gathers the events of a group of requests into one batch per table and source."""

    def __init__(self, sources: Sequence[str], now: datetime, zone: str, zones: ShopZones) -> None:
        self._sources, self._now, self._zone, self._zones = sources, now, zone, zones
        self.outcomes = [Outcome() for _ in sources]
        self._piles: dict[Key, _Pile] = defaultdict(_Pile)

    def add(self, received: Received, first: int) -> None:
        """`first` is the number in the group of the first request of `received`."""
        for number, count in enumerate(received.counts):
            self.outcomes[first + number].received += count
        for events in sorted(received.events, key=lambda e: e.kind != SHOP):  # a shop's zone before its events
            self._add_events(events, first)
        for bad in received.unreadable:
            table = bad.table or _UNKNOWN
            self._quarantine(
                table, bad.table or "quarantine", [(bad.request + first, bad.reject, bad.original)], derived=False
            )

    def batches(self) -> list[SentBatch]:
        """The batches; `outcomes` then say in which of them each request's events lie."""
        made = []
        for number, ((table, source, derived), pile) in enumerate(self._piles.items()):
            rows = _joined(pile.rows) if pile.rows else sent_batch_schema(table).empty_table()
            rejects = pa.concat_tables(pile.rejects) if pile.rejects else None
            made.append(SentBatch(table, source, rows, rejects, derived=derived))
            for request in pile.requests:
                self.outcomes[request].batches.add(number)
        return made

    def _add_events(self, events: Events, first: int) -> None:
        table = TABLES[events.kind]
        checked = validate(table, events.raw, zone=self._zone, zones=self._zones.now())
        if events.kind == SHOP:
            self._zones.learn(checked.rows)
        kept = checked.kept
        requests = events.requests if kept is None else events.requests[kept]
        numbers = events.rows if kept is None else events.rows[kept]
        version = _versions(checked.rows, ("time",) if table.immutable else ("updated_at",), self._now)
        rows = _with_system(checked.rows, version, np.ones(len(numbers), dtype=np.int64), numbers)
        self._pile(events.kind, rows, requests + first, derived=False)
        found = [_named(r, events) for r in checked.rejects]
        self._quarantine(events.kind, events.kind, [(q + first, r, text) for q, r, text in found], derived=False)
        if events.lines is not None:
            self._add_lines(events.lines, checked, rows, requests + first)

    def _add_lines(self, lines: pa.Array, orders: Validated, rows: pa.Table, requests: Ints) -> None:
        """An order's lines: with the order's shop, number and version; equal ones inside an order are told apart by their occurrence."""
        lines = lines if orders.kept is None else lines.take(pa.array(orders.kept))
        parents = pc.list_parent_indices(lines)
        if len(parents) == 0:
            return
        flat = pc.list_flatten(lines)
        columns = dict(zip([f.name for f in flat.type], flat.flatten(), strict=True))
        of = parents.to_numpy()
        columns["shop_id"] = rows.column("shop_id").take(parents)
        columns["order_id"] = rows.column("order_id").take(parents)
        raw = pa.table(columns)
        checked = validate(TABLES[LINE], raw, zone=self._zone, zones=self._zones.now())
        kept = np.arange(len(of)) if checked.kept is None else checked.kept
        order_version = rows.column("_version").take(pa.array(of[kept]))
        version = pc.coalesce(checked.rows.column("updated_at"), order_version)
        numbers = rows.column("_row").to_numpy()[of]
        for request, count in zip(*np.unique(requests[of], return_counts=True), strict=True):
            self.outcomes[int(request)].lines += int(count)
        landed = _with_system(checked.rows, version, _occurrences(checked.rows, of[kept]), numbers[kept])
        self._pile(LINE, landed, requests[of[kept]], derived=True)
        originals = [_as_json(raw, r.position) for r in checked.rejects]
        found = [
            (int(requests[of[r.position]]), _renumbered(r, int(numbers[r.position])), text)
            for r, text in zip(checked.rejects, originals, strict=True)
        ]
        self._quarantine(LINE, LINE, found, derived=True)

    def _pile(self, table: str, rows: pa.Table, requests: Ints, *, derived: bool) -> None:
        if rows.num_rows == 0:
            return
        present = np.unique(requests).tolist()
        names = {self._sources[request] for request in present}
        for source in names:
            pile = self._piles[table, source, derived]
            mine = [r for r in present if self._sources[r] == source]
            pile.requests.update(mine)
            pile.rows.append(rows if len(names) == 1 else rows.filter(pa.array(np.isin(requests, mine))))

    def _quarantine(self, table: str, batch: str, found: Sequence[tuple[int, Reject, str]], *, derived: bool) -> None:
        by_source: dict[str, list[tuple[int, Reject, str]]] = defaultdict(list)
        for request, reject, text in found:
            by_source[self._sources[request]].append((request, reject, text))
            self.outcomes[request].add(table, reject, derived)
        for source, members in by_source.items():
            pile = self._piles[batch, source, derived]
            pile.requests.update(request for request, _, _ in members)
            rejects, originals = [r for _, r, _ in members], [text for _, _, text in members]
            pile.rejects.append(quarantine_rows(table, rejects, originals, source=source, time=self._now))


def _named(reject: Reject, events: Events) -> tuple[int, Reject, str]:
    at = reject.position
    return int(events.requests[at]), _renumbered(reject, int(events.rows[at])), events.original(at)


def _renumbered(reject: Reject, row: int) -> Reject:
    return Reject(reject.position, row, reject.reason, reject.column, reject.value, reject.rule)


def _versions(rows: pa.Table, columns: Sequence[str], now: datetime) -> pa.ChunkedArray:
    """The row's own updated-at, else when it arrived, later rows of a body after earlier ones (kept in the log, so that a rebuild sees the
    same). What happened once has its own time. An order's time is no version: its next status would tie with it."""
    found = [rows.column(name) for name in columns if name and name in rows.column_names]
    for column in found:
        if column.null_count == 0 and column is found[0]:
            return column
    first = int(pa.scalar(now, pa.timestamp("us", tz="UTC")).value)
    arrived = pa.array(first + np.arange(rows.num_rows)).cast(pa.timestamp("us", tz="UTC"))
    if not found:
        return pa.chunked_array([arrived])
    whole = pc.coalesce(*found, arrived)
    return whole if isinstance(whole, pa.ChunkedArray) else pa.chunked_array([whole])


def _with_system(rows: pa.Table, version: Any, occurrence: Ints, numbers: Ints) -> pa.Table:
    """The rows in the order of the sent schema with its system columns, `_extra` last."""
    columns = {name: rows.column(name) for name in rows.column_names}
    columns |= {"_version": version, "_occurrence": pa.array(occurrence), "_row": pa.array(numbers)}
    extra = columns.pop("_extra", None)
    columns["_row"] = columns.pop("_row")
    return pa.table(columns if extra is None else {**columns, "_extra": extra})


def _occurrences(lines: pa.Table, parents: Ints) -> Ints:
    """From 1, of each natural key inside its order."""
    ones = np.ones(len(parents), dtype=np.int64)
    if len(parents) < 2 or not bool((parents[1:] == parents[:-1]).any()):
        return ones
    texts = [pc.fill_null(lines.column(name), "") for name in ("line_id", "product_id", "kind")]
    key = pc.binary_join_element_wise(pa.array(parents).cast(pa.string()), *texts, "\x1f")
    codes = key.combine_chunks().dictionary_encode() if isinstance(key, pa.ChunkedArray) else key.dictionary_encode()
    if len(codes.dictionary) == len(parents):
        return ones
    indices = codes.indices.to_numpy()
    order = np.argsort(indices, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(indices[order]) != 0])
    lengths = np.diff(np.r_[starts, len(order)])
    ones[order] = np.arange(len(order)) - np.repeat(starts, lengths) + 1
    return ones


def _joined(tables: list[pa.Table]) -> pa.Table:
    return tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default").combine_chunks()


def _as_json(raw: pa.Table, position: int) -> str:
    import msgspec

    row = raw.slice(position, 1).to_pylist()[0]
    return msgspec.json.encode({k: v for k, v in row.items() if v is not None}, enc_hook=str).decode()
