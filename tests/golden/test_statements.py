"""Stored SQL of a few shapes, to be read when it changes. `CASTANEA_UPDATE_GOLDEN=1` writes it anew; the laws say whether it is right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlglot

from castanea.contracts.query import Filter, Query, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics import Catalog, Planner
from tests.semantics.small_shop import NOW, Facts, Reader, load

STORED = Path(__file__).parent
SHAPES = {
    "net_sales_today": Query(("net_sales",), time=TimeRange("today")),
    "net_sales_today_against_yesterday": Query(("net_sales",), time=TimeRange("today"), compare="yesterday"),
    "top_products_with_others": Query(
        ("paid_amount",), ("product",), time=TimeRange("last 30d"), limit=20, totals=True
    ),
    "buyers_by_month_of_a_channel": Query(("buyers",), ("month",), (Filter("channel", "=", ("jd",)),)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_statement_is_the_one_stored(name: str) -> None:
    settings = WorkspaceSettings("golden")
    catalog = Catalog.load(settings)
    reader = Reader(load(Facts({}), settings, catalog))
    sql = Planner(catalog, settings, catalog.rollup_plans()).plan(SHAPES[name], reader, NOW).prepared.sql
    reader.close()
    written = sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", pretty=True) + "\n"
    path = STORED / f"{name}.sql"
    if os.environ.get("CASTANEA_UPDATE_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8"), "run with CASTANEA_UPDATE_GOLDEN=1 and read the difference"
