"""Readers: a cursor each, for one thread each, that survives the warehouse being swapped for a rebuilt one."""

from __future__ import annotations

import threading
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from castanea.kit.errors import Unavailable
from castanea.warehouse.engine import is_damage

# The other way (`sql` with parameters) plans and runs a statement, then plans again to read it: a third of a small answer's cost.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)
_MOST_PARSED = 512


class Gate:
    """Lets many read at once, or one change the database under them. Hands out the connection that is open now.

    `close_for_change` waits for running statements (they are short: a board's tiles take milliseconds).
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._reading = 0
        self._con: duckdb.DuckDBPyConnection | None = None
        self._users: weakref.WeakSet[DuckReader] = weakref.WeakSet()
        self._why = "the warehouse is closed"

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._condition:
            if self._con is None:
                raise Unavailable(self._why, code="warehouse.unavailable")
            self._reading += 1
            held = self._con
        try:
            yield held
        finally:
            with self._condition:
                self._reading -= 1
                self._condition.notify_all()

    def open(self, con: duckdb.DuckDBPyConnection) -> None:
        with self._condition:
            self._con = con

    def join(self, user: DuckReader) -> None:
        with self._condition:
            self._users.add(user)

    def close_for_change(self, why: str) -> None:
        """From now on readers are refused, saying why; returns when none reads and no cursor is open any more."""
        with self._condition:
            self._con, self._why = None, why
            self._condition.wait_for(lambda: self._reading == 0)
            for user in self._users:  # an open cursor would keep the old file in use
                user.close()


class DuckReader:
    """Implements contracts.warehouse.Reader."""

    def __init__(self, gate: Gate, broken: Callable[[duckdb.Error], None]) -> None:
        self._gate = gate
        self._broken = broken
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._parsed: OrderedDict[str, duckdb.Statement] = OrderedDict()
        gate.join(self)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Rows of one statement. Raises Unavailable while the warehouse is made again, when a block of it cannot be read, or when
        there is no memory for the statement beside what is being loaded."""
        with self._gate.reading() as con:
            if self._cursor is None:
                self._cursor = con.cursor()
            try:
                return self._cursor.execute(self._statement(sql), list(parameters)).to_arrow_table()
            except duckdb.OutOfMemoryException as error:
                raise Unavailable(f"the warehouse had no memory left ({error})", code="warehouse.busy") from error
            except duckdb.Error as error:
                if not is_damage(error):
                    raise
                self._broken(error)
                raise Unavailable(
                    f"the warehouse file could not be read ({error}); it is checked and if need be made again from the log",
                    code="warehouse.unreadable",
                ) from error

    def _statement(self, sql: str) -> duckdb.Statement:
        """The statement, parsed once: a fifth of a small answer's cost. (A statement prepared in DuckDB is planned again at each run all
        the same when it reads tables, so nothing more can be kept.)"""
        found = self._parsed.get(sql)
        if found is None:
            assert self._cursor is not None
            (found,) = self._cursor.extract_statements(sql)
            self._parsed[sql] = found
            if len(self._parsed) > _MOST_PARSED:
                self._parsed.popitem(last=False)
        return found

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
