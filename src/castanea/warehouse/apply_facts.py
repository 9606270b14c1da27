"""What became of each staged arrival, and the rows that fact tables gain and lose by it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from castanea.contracts.table import Table
from castanea.warehouse.key_index import KeyIndex
from castanea.warehouse.schema import fact, physical_names, quoted
from castanea.warehouse.staging import HALVES, I64, U64, Staged
from castanea.warehouse.versions import Arrivals, State, fold


@dataclass
class Settled:
    """Arrivals of one table after the fold. `fresh` names the table of rows that now stand (landed columns), `replaced` the stored
    rows they take the place of (all physical columns), `lifted` the arrivals that only lifted a stored row's version, for tables where
    the newest of several rows speaks for all; empty names where there are none."""

    table: Table
    fates: npt.NDArray[np.int8]
    fresh: str
    fresh_count: int
    replaced: str
    lifted: str
    key_low: U64  # of the fresh rows


@dataclass
class Moved:
    """Rows that a fact table gained and lost in this transaction: names of temporary tables, empty where there are none."""

    table: Table
    added: str
    removed: str


def settle(con: duckdb.DuckDBPyConnection, staged: Staged, index: KeyIndex) -> Settled:
    """Decide every arrival; lifts stored versions at once, changes no other fact."""
    first, key = _dense_keys(staged)
    state = State.empty(len(first))
    places = _recall(con, staged, first, state, index)
    known = state.known.copy()
    fates = fold(
        Arrivals(key, staged.version, staged.content_high, staged.content_low), state, immutable=staged.table.immutable
    )
    if staged.table.immutable:
        winners = np.sort(state.winner[state.winner >= 0])
        return _settled(con, staged, fates, winners, "", "")
    lifted = _lift(con, staged, first, state, known, places)
    winners = np.sort(state.winner[state.winner >= 0])
    replaced = _replaced(con, staged, state, known, places)
    return _settled(con, staged, fates, winners, replaced, lifted)


def write(con: duckdb.DuckDBPyConnection, moved: Moved, place: int) -> None:
    """Change the fact table: first what goes, then what comes."""
    target = fact(moved.table.name)
    if moved.removed:
        con.execute(
            f"DELETE FROM {target} WHERE _place IN (SELECT _place FROM {moved.removed}) AND _key IN (SELECT _key FROM {moved.removed})"
        )
    if moved.added:
        names = [quoted(n) for n in physical_names(moved.table) if n != "_place"]
        con.execute(f"INSERT INTO {target} SELECT {', '.join(names)}, {place} FROM {moved.added}")


def _dense_keys(staged: Staged) -> tuple[I64, I64]:
    """(row of each distinct key's first arrival, each row's key number)."""
    unique, first, key = np.unique(staged.key_low, return_index=True, return_inverse=True)
    if len(unique) < len(key) and np.any(staged.key_high[first][key] != staged.key_high):
        whole = np.rec.fromarrays([staged.key_high, staged.key_low])
        unique, first, key = np.unique(whole, return_index=True, return_inverse=True)
    return first.astype(np.int64), key.astype(np.int64).reshape(-1)


def _recall(con: duckdb.DuckDBPyConnection, staged: Staged, first: I64, state: State, index: KeyIndex) -> I64:
    """Fill the state of keys that are stored; returns the place of each (-1: not stored)."""
    places = np.full(len(first), -1, np.int64)
    number, hinted = index.find(staged.key_low[first])
    if not len(number):
        return places
    asked = np.unique(number)
    con.register("asked", pa.table({"i": asked, "_ord": first[asked].astype(np.int32)}))
    con.register("hinted", pa.table({"place": np.unique(hinted)}))
    columns = "" if staged.table.immutable else f", {HALVES.format('f._content')}, epoch_us(f._version)"
    found = con.execute(
        f"SELECT p.i, f._place{columns} FROM {fact(staged.table.name)} f "
        f"JOIN (SELECT a.i, s._key FROM {staged.name} s JOIN asked a ON a._ord = s._ord) p ON f._key = p._key "
        "WHERE f._place IN (SELECT place FROM hinted)"
    ).fetchnumpy()
    con.unregister("asked")
    con.unregister("hinted")
    values = list(found.values())
    at = values[0]
    places[at] = values[1]
    state.known[at] = True
    if not staged.table.immutable:
        state.content_high[at], state.content_low[at], state.version[at] = values[2], values[3], values[4]
    return places


def _lift(
    con: duckdb.DuckDBPyConnection, staged: Staged, first: I64, state: State, known: npt.NDArray[np.bool_], places: I64
) -> str:
    """Versions lifted by duplicates: of stored rows that stay, and of staged rows that a later duplicate lifted. Returns the table of
    the former where it matters to other rows."""
    lifted = ""
    stays = np.flatnonzero(state.lifted & known & (state.winner < 0))
    if len(stays):
        _register_versions(con, first[stays], state.version[stays], places[stays])
        con.execute(
            f"UPDATE {fact(staged.table.name)} SET _version = l.version FROM "
            f"(SELECT s._key, v.version FROM {staged.name} s JOIN lifts v ON v._ord = s._ord) l "
            f"WHERE {fact(staged.table.name)}._key = l._key AND _place IN (SELECT place FROM lifts)"
        )
        if staged.table.kind == "dimension" or staged.table.name == "order":
            lifted = f"temp.lifted_{staged.table.name}"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {lifted} AS SELECT * FROM {staged.name} WHERE _ord IN (SELECT _ord FROM lifts)"
            )
        con.unregister("lifts")
    comes = np.flatnonzero(state.lifted & (state.winner >= 0))
    comes = comes[staged.version[state.winner[comes]] != state.version[comes]]
    if len(comes):
        _register_versions(con, state.winner[comes], state.version[comes], np.zeros(len(comes), np.int64))
        con.execute(f"UPDATE {staged.name} s SET _version = l.version FROM lifts l WHERE s._ord = l._ord")
        con.unregister("lifts")
    return lifted


def _register_versions(con: duckdb.DuckDBPyConnection, rows: I64, versions: I64, places: I64) -> None:
    con.register(
        "lifts",
        pa.table({"_ord": rows.astype(np.int32), "version": pa.array(versions, pa.timestamp("us")), "place": places}),
    )


def _replaced(
    con: duckdb.DuckDBPyConnection, staged: Staged, state: State, known: npt.NDArray[np.bool_], places: I64
) -> str:
    gone = np.flatnonzero(known & (state.winner >= 0))
    if not len(gone):
        return ""
    target = f"temp.replaced_{staged.table.name}"
    con.register("gone", pa.table({"_ord": state.winner[gone].astype(np.int32), "place": places[gone]}))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT f.* FROM {fact(staged.table.name)} f WHERE f._place IN (SELECT place FROM gone) "
        f"AND f._key IN (SELECT s._key FROM {staged.name} s JOIN gone g ON g._ord = s._ord)"
    )
    con.unregister("gone")
    return target


def _settled(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    fates: npt.NDArray[np.int8],
    winners: I64,
    replaced: str,
    lifted: str,
) -> Settled:
    fresh = staged.name
    if not len(winners):
        fresh = ""
    elif len(winners) < len(fates):
        fresh = f"temp.fresh_{staged.table.name}"
        con.register("winners", pa.table({"_ord": winners.astype(np.int32)}))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {fresh} AS SELECT s.* FROM {staged.name} s WHERE s._ord IN (SELECT _ord FROM winners)"
        )
        con.unregister("winners")
    return Settled(staged.table, fates, fresh, len(winners), replaced, lifted, staged.key_low[winners])
