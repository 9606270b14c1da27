"""Twelve tiles on ten million order lines: processor time of each, beside the least SQL on the same rollup."""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from bench.report import Line, Report
from castanea.contracts.query import Filter, Query, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics import Catalog, Planner, answer_to_json
from castanea.warehouse.lookups import all_lookups
from castanea.warehouse.readers import DuckReader, Gate
from castanea.warehouse.rollups import refill
from castanea.warehouse.schema import create_all, create_rollup, plan_digest

warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)
LINES, QUICK_LINES = 10_000_000, 1_000_000
SETTINGS = WorkspaceSettings("bench", zone="Asia/Shanghai")
NOW = datetime(2026, 11, 20, 6, 36, 17, tzinfo=UTC)  # 14:36:17 in Shanghai
TODAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 19, 16, tzinfo=UTC).replace(tzinfo=None)  # as the warehouse holds it
ROUNDS = 15
TOGETHER_MS, FILTERED_MS, FACTOR, SLACK_MS = 120.0, 300.0, 1.2, 2.0


def measure(report: Report, *, quick: bool = False) -> None:
    """Add a line per tile and the two totals. The built file is kept in CASTANEA_BENCH_CACHE (default ~/.cache/castanea-bench)."""
    con = _opened(QUICK_LINES if quick else LINES, report)
    con.execute("SET threads = 1")
    gate = Gate()
    gate.open(con)
    reader = DuckReader(gate, _unbroken)
    catalog = Catalog.load(SETTINGS)
    planner = Planner(catalog, SETTINGS, catalog.rollup_plans(SETTINGS))
    tiles = yaml.safe_load((Path(__file__).parent / "tiles.yaml").read_text(encoding="utf-8"))["tiles"]
    together = filtered = 0.0
    for tile in tiles:
        query = _query(tile["query"])
        sql, values = _bound(tile["sql"])
        cut = replace(query, where=(Filter("channel", "=", ("jd",)),))
        mine, bare, through_filter = _cpu_ms(
            lambda q=query: answer_to_json(planner.answer(q, reader, NOW)),  # type: ignore[misc]
            lambda s=sql, v=values: con.execute(s, v).to_arrow_table(),  # type: ignore[misc]
            lambda q=cut: answer_to_json(planner.answer(q, reader, NOW)),  # type: ignore[misc]
        )
        filtered += through_filter
        together += mine
        at_most = None if quick else FACTOR * bare + SLACK_MS
        report.add(Line(f"tile: {tile['name']}", mine, "ms cpu", at_most=at_most, beside=f"bare SQL {bare:.2f} ms"))
    report.add(Line("twelve tiles together, warm", together, "ms cpu", at_most=TOGETHER_MS, beside="aim 60"))
    report.add(Line("twelve tiles together, one cross filter", filtered, "ms cpu", at_most=FILTERED_MS))
    con.close()


def _unbroken(error: duckdb.Error) -> None:
    raise error


def _cpu_ms(*works: Callable[[], object]) -> list[float]:
    """The median processor time of each over some rounds, in turn so that they meet the same machine, after two rounds to warm up."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 2):
        for times, work in zip(taken, works, strict=True):
            begin = time.process_time()
            work()
            times.append((time.process_time() - begin) * 1000)
    return [sorted(times[2:])[ROUNDS // 2] for times in taken]


def _query(said: dict[str, Any]) -> Query:
    return Query(
        tuple(said["metrics"]), tuple(said.get("by", ())), time=TimeRange(said["time"]), compare=said.get("compare"), limit=said.get("limit")
    )  # fmt: skip


def _bound(sql: str) -> tuple[str, list[Any]]:
    known = {"today": TODAY, "midnight": MIDNIGHT}
    used = list(dict.fromkeys(re.findall(r"\$(\w+)", sql)))
    for number, name in enumerate(used, 1):
        sql = sql.replace(f"${name}", f"${number}")
    return sql, [known[name] for name in used]


def _opened(lines: int, report: Report) -> duckdb.DuckDBPyConnection:
    catalog = Catalog.load(SETTINGS)
    plans = catalog.rollup_plans(SETTINGS)
    digest = "".join(plan_digest(p, SETTINGS.zone)[:4] for p in plans)
    folder = Path(os.environ.get("CASTANEA_BENCH_CACHE", "~/.cache/castanea-bench")).expanduser()
    path = folder / f"tiles-{lines}-{digest}.duckdb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        report.say(f"building {lines:,} order lines into {path} (kept between runs)")
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        con = duckdb.connect(str(building), config={"memory_limit": "4GB", "preserve_insertion_order": True})
        con.execute("SET enable_progress_bar = false")
        build(con, lines, plans)
        con.close()
        building.rename(path)
        report.say(f"built in {time.monotonic() - begin:.0f} s")
    return duckdb.connect(str(path), config={"memory_limit": "2GB"})


def build(con: duckdb.DuckDBPyConnection, lines: int, plans: Any) -> None:
    """Two years that end today: orders of two lines, 2,000 products, 300,000 customers, three channels' refunds, two weeks of visits."""
    orders = lines // 2
    con.execute("SET TimeZone = 'UTC'")
    for statement in create_all():
        con.execute(statement)
    con.execute("CREATE TEMP MACRO dice(a, b) AS CAST(hash(a, b) >> 1 AS BIGINT)")
    con.execute(
        "CREATE TEMP TABLE o AS SELECT i, TIMESTAMP '2024-11-20 16:00' + INTERVAL 1 SECOND * CAST(i * (730 * 86400 - 5000.0) / $1 AS BIGINT) AS t, "
        "dice(i, 0) AS h FROM range($1) r(i)",
        [orders],
    )
    person = "CAST('00000000-0000-4000-8000-' || lpad(CAST(h % 300000 AS VARCHAR), 12, '0') AS UUID)"
    common = (
        "'main' AS shop_id, 'o' || i AS order_id, t AS order_time, CASE WHEN h % 20 > 0 THEN t + INTERVAL 90 SECOND END AS paid_time, "
        f"{person} AS customer_id, ['tmall', 'jd', 'douyin', 'pinduoduo', 'mini'][1 + (h >> 8) % 5] AS channel_id, '中国' AS country, "
        "'省' || ((h >> 16) % 31) AS province, '市' || ((h >> 24) % 300) AS city, 'CNY' AS report_currency, 1 AS _occurrence, t AS _version"
    )
    con.execute(f'INSERT INTO fact."order" BY NAME SELECT {common}, CASE WHEN h % 20 > 0 THEN t END AS pay_time FROM o')
    con.execute(
        f"INSERT INTO fact.order_line BY NAME SELECT {common}, CAST(l AS VARCHAR) AS line_id, 'product' AS kind, 'p' || CAST(pow((dice(i, l) % 1000000) "
        "/ 1000000.0, 2) * 2000 AS INT) AS product_id, 1 + l AS quantity, false AS excluded, (dice(i, l) % 30000) / 100 AS amount, amount AS report_amount, "
        "CASE WHEN h % 20 > 0 THEN amount END AS report_paid, amount / 2 AS report_cost FROM o, range(2) r(l) ORDER BY i"
    )
    con.execute(
        f"INSERT INTO fact.refund BY NAME SELECT * EXCLUDE (i, t, h) REPLACE (t + INTERVAL 90 SECOND AS paid_time), 'r' || i AS refund_id,"
        " 'succeeded' AS status, false AS "
        "excluded, 'p' || (h % 2000) AS product_id, t + INTERVAL 2 DAY AS refund_time, t + INTERVAL 2 DAY AS effective_time, 12.5 AS amount, "
        f"12.5 AS report_amount FROM (SELECT {common}, i, t, h FROM o WHERE h % 33 = 1)"
    )
    con.execute(
        "INSERT INTO fact.product BY NAME SELECT 'p' || i AS product_id, '商品 ' || i AS name, '品类' || (i % 8) AS category, 1 AS _occurrence, "
        "TIMESTAMP '2024-01-01' AS _version, CAST(i AS UHUGEINT) AS _key FROM range(2001) r(i)"
    )
    con.execute(
        "INSERT INTO fact.web_event BY NAME SELECT 'main' AS shop_id, 'e' || i AS event_id, TIMESTAMP '2026-11-06 16:00' + INTERVAL 1 SECOND * "
        "CAST(i * (14 * 86400 - 5000.0) / $1 AS BIGINT) AS time, ['page_view', 'page_view', 'product_view', 'product_view', 'add_to_cart', 'checkout', "
        "'search', 'favourite'][1 + dice(i, 1) % 8] AS event, CAST('00000000-0000-4000-9000-' || lpad(CAST(dice(i // 4, 3) % 150000 AS VARCHAR), 12, '0') "
        "AS UUID) AS visitor_id, ['tmall', 'jd', 'douyin'][1 + dice(i // 4, 4) % 3] AS channel_id, ['phone', 'desktop'][1 + dice(i // 4, 2) % 2] AS device, "
        "1 AS _occurrence, TIMESTAMP '2026-11-01' AS _version FROM range($1) r(i)",
        [lines // 10],
    )
    con.execute("INSERT INTO book.meta VALUES ('data_time', '2026-11-20T06:36:00+00:00')")
    for lookup in all_lookups(plans):
        lookup.create(con)
    for plan in plans:
        con.execute(create_rollup(plan))
        con.execute(refill(plan, SETTINGS.zone) + " ORDER BY bucket")
    con.execute("CHECKPOINT")
