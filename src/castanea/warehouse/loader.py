"""One load transaction: facts, rollups, bookings and the log offset change together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from castanea.contracts.log import Booking, LandedBatch
from castanea.contracts.rollup import RollupPlan
from castanea.contracts.tables import TABLES
from castanea.contracts.warehouse import Change
from castanea.warehouse import apply_facts
from castanea.warehouse.apply_facts import Moved, Settled
from castanea.warehouse.books import bookings_of, read_meta, write_bookings, write_meta
from castanea.warehouse.key_index import KeyIndex
from castanea.warehouse.resolve import ORDER_HASH, ORDERED, RESOLVED, Resolver
from castanea.warehouse.rollups import Rollups
from castanea.warehouse.schema import fact
from castanea.warehouse.spans import Spans
from castanea.warehouse.staging import U64, Staged, gather, stage
from castanea.warehouse.undone import passed_over, split

_LOW_HALF = "(_key & 18446744073709551615::UHUGEINT)::UBIGINT"


@dataclass(frozen=True)
class Applied:
    change: Change
    bookings: list[Booking]


class Loader:
    """Writes one warehouse file. Not for more than one thread.

    With `keep_rollups` false only facts and books are kept (a rebuild fills the rollups at its end).
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        plans: Sequence[RollupPlan],
        currency: str,
        zone: str,
        index_folder: Path,
        *,
        keep_rollups: bool = True,
    ) -> None:
        self._con = con
        self._resolver = Resolver(con, currency, zone)
        meta = read_meta(con)
        self._rollups = Rollups(con, plans if keep_rollups else (), zone, meta["tails"])
        self._spans = Spans(plans)
        self.offset = int(meta["applied_offset"])
        self.data_time = datetime.fromisoformat(meta["data_time"]) if meta["data_time"] else None
        self._place = int(meta["place"])
        self.undone = frozenset(filter(None, meta.get("undone", "").split(",")))  # imports that are passed over
        self._index_folder = index_folder
        self._indices: dict[str, KeyIndex] = {}
        self._orders = self._open_orders()

    def apply(self, batches: Sequence[LandedBatch]) -> Applied:
        """Apply whole batches, in log order and next in line. On an error nothing has changed."""
        con, place = self._con, self._place + 1
        con.execute("BEGIN")
        try:
            kept, passed = split(batches, self.undone)
            staged = {name: stage(con, name, *parts) for name, parts in gather(kept).items()}
            settled = {name: apply_facts.settle(con, s, self._index(name)) for name, s in staged.items()}
            moved, touched = self._move(settled, place)
            change = self._spans.change(con, batches, moved, self.data_time)
            self._rollups.merge(moved, change.tables)
            booked = bookings_of(kept, [(staged[name], settled[name]) for name in staged])
            booked += [passed_over(landed) for landed in passed]
            write_bookings(con, booked)
            data_time = change.data_time.isoformat() if change.data_time else ""
            meta = {"applied_offset": str(change.offset), "place": str(place), "data_time": data_time}
            write_meta(con, meta | {"tails": self._rollups.tails.text()})
            keys = self._keys_of(moved, settled)
            con.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._rollups.tails.committed()
        self._place, self.offset, self.data_time = place, change.offset, change.data_time
        for name, hashes in keys.items():
            self._index(name).add(hashes, place)
        self._orders.add(touched, place)
        self._drop_temporary(staged)
        return Applied(change, booked)

    def merge_tails(self, *, all_days: bool = False) -> None:
        """Merge the next piece of the rollups that is worth it, or all to which something was appended; a transaction of its own each."""
        tails = self._rollups.tails
        pieces = tails.all() if all_days else [each for each in (tails.due(),) if each]
        for piece in pieces:
            self._con.execute("BEGIN")
            try:
                tails.merge(piece)
                write_meta(self._con, {"tails": tails.text()})
                self._con.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            tails.committed()

    def warm(self) -> None:
        """Open the index of every table that holds rows."""
        for name in TABLES:
            if self._con.execute(f"SELECT 1 FROM {fact(name)} LIMIT 1").fetchall():
                self._index(name)

    @property
    def index_bytes(self) -> int:
        return self._orders.nbytes + sum(index.nbytes for index in self._indices.values())

    def _move(self, settled: dict[str, Settled], place: int) -> tuple[list[Moved], U64]:
        """Write all facts: dimensions first, as they stand when the facts that look them up are counted."""
        plain = [s for name, s in settled.items() if name not in RESOLVED]
        plain.sort(key=lambda s: s.table.kind != "dimension")
        moved = []
        for outcome in plain:
            change = Moved(outcome.table, outcome.fresh, outcome.replaced)
            apply_facts.write(self._con, change, place)
            moved.append(change)
            if outcome.table.kind == "dimension":
                self._rollups.correct_attributes(
                    outcome.table.name, [t for t in (outcome.fresh, outcome.replaced, outcome.lifted) if t]
                )
        family, touched = self._resolver.resolve(settled, self._orders)
        for change in family:
            apply_facts.write(self._con, change, place)
        return [m for m in (*moved, *family) if m.added or m.removed], touched

    def _keys_of(self, moved: Sequence[Moved], settled: dict[str, Settled]) -> dict[str, U64]:
        """Low halves of the keys of all rows written; resolved tables may have moved stored rows besides the fresh ones."""
        keys: dict[str, U64] = {}
        for change in moved:
            name = change.table.name
            if change.added == f"temp.added_{name}":
                keys[name] = self._con.execute(f"SELECT {_LOW_HALF} AS k FROM {change.added}").fetchnumpy()["k"]
            elif change.added:
                keys[name] = settled[name].key_low
        return keys

    def _index(self, table: str) -> KeyIndex:
        if table not in self._indices:
            self._indices[table] = self._open_index(table, [f"SELECT {_LOW_HALF} AS h, _place AS p FROM {fact(table)}"])
        return self._indices[table]

    def _open_orders(self) -> KeyIndex:
        entries = [f"SELECT {ORDER_HASH} AS h, _place AS p FROM {fact(t)} WHERE order_id IS NOT NULL" for t in ORDERED]
        return self._open_index("by order", entries)

    def _open_index(self, name: str, entries: Sequence[str]) -> KeyIndex:
        """The index as an earlier process left it, and what the facts hold beyond that."""
        index = KeyIndex(self._index_folder / name)
        index.load(self._entries(entries, index.written_place), self._place)
        return index

    def _entries(self, queries: Sequence[str], after: int) -> Iterator[tuple[U64, npt.NDArray[np.uint32]]]:
        for query in queries:
            reader = self._con.sql(f"SELECT h, p FROM ({query}) WHERE p > {after}").to_arrow_reader(1 << 17)
            for part in reader:
                yield (
                    part.column(0).to_numpy(zero_copy_only=False),
                    part.column(1).to_numpy(zero_copy_only=False).astype(np.uint32),
                )

    def _roll_back(self) -> None:
        try:
            self._rollups.tails.rolled_back()
            self._con.execute("ROLLBACK")
            self._resolver.refresh()
        except (
            duckdb.Error
        ):  # the database refuses everything now: the first error says why, and the caller opens it anew
            return

    def _drop_temporary(self, staged: dict[str, Staged]) -> None:
        for outcome in staged.values():
            self._con.execute(f"DROP TABLE {outcome.name}")
