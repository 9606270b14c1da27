"""The same trees, rendered for PostgreSQL and run there, give the same answers: no dialect creeps into the planner."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from castanea.contracts.query import Answer, Filter, Query, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics import Catalog, Planner
from castanea.semantics.formulas import is_ratio
from tests.properties.test_planner import queries
from tests.semantics.small_shop import NOW, Reader, load, make_facts

pytestmark = pytest.mark.dialects
TYPES = {"VARCHAR": "TEXT", "UHUGEINT": "NUMERIC(39)", "BLOB": "BYTEA"}
BINARIES = [Path(p) for p in sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]


class PostgresReader:
    def __init__(self, address: str) -> None:
        self._con = psycopg.connect(address, autocommit=True, cursor_factory=psycopg.RawCursor)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        cursor = self._con.execute(sql, list(parameters))  # type: ignore[call-overload]
        names = [c.name for c in cursor.description or ()]
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        return pa.table([pa.array(list(c)) for c in columns], names=names)

    def close(self) -> None:
        self._con.close()


class Both:
    def __init__(self, duck: Reader, postgres: PostgresReader, settings: WorkspaceSettings) -> None:
        self.catalog = catalog = Catalog.load(settings)
        plans = catalog.rollup_plans()
        self.duck, self.postgres = duck, postgres
        self.planners = [Planner(catalog, settings, plans), Planner(catalog, settings, plans, "postgres")]
        self.bare = Planner(catalog, settings, [], "postgres")

    def __repr__(self) -> str:
        return "Both()"

    def agree(self, query: Query) -> None:
        here = self.planners[0].answer(query, self.duck, NOW)
        for planner in (self.planners[1], self.bare):
            there = planner.answer(query, self.postgres, NOW)
            divided = {
                c.name
                for c in here.columns
                if c.metric and is_ratio(self.catalog.metric(c.metric), self.catalog.declared)
            }
            assert _rounded(there, here, divided) == (here.rows, here.totals, here.others)


def _rounded(there: Answer, here: Answer, divided: Collection[str]) -> tuple[Any, Any, Any]:
    """What was answered there, with the digits of here where a division came out halfway between two of them: the engines round such a
    double up or down."""

    def row(one: Any, other: Any) -> Any:
        if not one or not other:
            return one
        return {k: other.get(k) if k in divided and _next_to(v, other.get(k)) else v for k, v in one.items()}

    rows = there.rows
    if len(rows) == len(here.rows):
        rows = tuple(row(one, other) for one, other in zip(rows, here.rows, strict=True))
    return rows, row(there.totals, here.totals), row(there.others, here.others)


def _next_to(one: Any, other: Any) -> bool:
    """Whether two decimals as text differ by one in their last place."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    a, b = Decimal(one), Decimal(other)
    return abs(a - b) == Decimal((0, (1,), min(a.as_tuple().exponent, b.as_tuple().exponent)))  # type: ignore[type-var]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of its own in a temporary folder, run by an ordinary user."""
    programs = next((b for b in BINARIES if (b / "initdb").exists()), None)
    if programs is None:
        pytest.skip("no PostgreSQL here; install Debian's postgresql")
    user = pwd.getpwuid(os.getuid()).pw_name
    if user == "root":
        user = "postgres"
        if not any(entry.pw_name == user for entry in pwd.getpwall()):
            pytest.skip("PostgreSQL does not run as root and there is no user postgres")
    folder = Path(tempfile.mkdtemp(prefix="castanea-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, user)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]

    def run(program: str, *words: str) -> None:
        switched = {"user": user} if os.getuid() == 0 else {}
        subprocess.run(
            [str(programs / program), *words], check=True, cwd=folder, capture_output=True, timeout=120, **switched
        )  # type: ignore[call-overload]

    data = folder / "data"
    run("initdb", "-D", str(data), "-A", "trust", "-U", "castanea", "-E", "UTF8", "--locale=C")
    options = f"-c fsync=off -c listen_addresses=127.0.0.1 -p {port} -k {folder} -c timezone=UTC -c jit=off"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host=127.0.0.1 port={port} user=castanea dbname=postgres"
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def both(server: str) -> Iterator[Both]:
    settings = WorkspaceSettings("test", zone="Europe/Berlin")
    con = load(make_facts(7, 150), settings, Catalog.load(settings))
    with psycopg.connect(server, autocommit=True) as target:
        for schema in ("fact", "rollup", "book"):
            target.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
        for schema, name in con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary"
        ).fetchall():
            _copy(con, target, schema, name)
    made = Both(Reader(con), PostgresReader(server), settings)
    yield made
    made.duck.close()
    made.postgres.close()


def _copy(con: duckdb.DuckDBPyConnection, target: psycopg.Connection[Any], schema: str, name: str) -> None:
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = $1 AND table_name = $2 ORDER BY column_index",
        [schema, name],
    ).fetchall()
    listed = ", ".join(f'"{c}" {TYPES.get(t, t)}' for c, t in columns)
    target.execute(f'CREATE TABLE {schema}."{name}" ({listed})')  # type: ignore[arg-type]
    with target.cursor() as cursor, cursor.copy(f'COPY {schema}."{name}" FROM STDIN') as copy:  # type: ignore[arg-type]
        for row in con.execute(f'SELECT * FROM {schema}."{name}"').fetchall():
            copy.write_row(row)


@hypothesis_settings(max_examples=20)
@given(query=queries())
def test_generated_questions_are_answered_alike(both: Both, query: Query) -> None:
    both.agree(query)


@pytest.mark.parametrize(
    "query",
    [
        Query(("paid_amount", "refund_rate"), ("category",), limit=1, totals=True),
        Query(
            ("buyers", "orders"), ("category",), limit=1, totals=True, compare="last_week", time=TimeRange("last 7d")
        ),
        Query(("net_sales",), ("day",), time=TimeRange("last 7d"), compare="last_year"),
        Query(("paid_amount",), ("week",), time=TimeRange("this year"), compare="last_year"),
        Query(("paid_amount", "visitors", "conversion_rate"), time=TimeRange("today"), compare="yesterday"),
        Query(("new_buyers",), ("day",), time=TimeRange("last 7d")),
        Query(("new_buyers",), time=TimeRange("this month"), compare="previous"),
        Query(("repeat_rate_30",), ("month",)),
        Query(("repeat_rate_90",), time=TimeRange("today"), compare="yesterday"),
        Query(("on_hand", "stock_position"), ("week",)),
        Query(("on_hand",), ("warehouse",), limit=1, totals=True),
        Query(("on_hand",), ("day",), time=TimeRange("last 3d"), compare="yesterday"),
        Query(("gross_margin", "gross_margin_rate"), ("month",)),
        Query(("paid_amount",), ("order_status",)),
        Query(("paid_amount",), ("hour",)),
        Query(("paid_amount",), ("quarter_hour",), zone="Asia/Kathmandu"),
        Query(("paid_amount",), ("weekday", "hour_of_day"), zone="shop"),
        Query(("orders",), ("minute",), time=TimeRange("last 1440min")),
        Query(("sessions", "checkout_rate", "returning_buyers"), time=TimeRange("last 7d")),
        Query(
            ("visitors", "product_visitors", "cart_visitors", "checkout_visitors", "buyers"), time=TimeRange("last 7d")
        ),
        Query(("views", "searches", "no_result_rate"), ("device",), time=TimeRange("last 60min")),
        Query(("listing_count", "listing_sales", "listing_value", "listing_price"), ("brand",)),
        Query(("units",), ("product",), (Filter("category", "is_empty"),), order=()),
    ],
    ids=lambda q: " ".join([*q.metrics, *q.by])[:60],
)
def test_every_kind_of_question_is_answered_alike(both: Both, query: Query) -> None:
    both.agree(replace(query))
