"""Importing files and rebuilding the warehouse: rows a second by the clock, from the command to the rows in facts and rollups."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from bench.intake import wait_applied
from bench.load import behaviour_bodies, send
from bench.report import Line, Report
from bench.server import CASTANEA, run, serving

ROOT = Path(__file__).resolve().parents[1]


def measure(report: Report, *, quick: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="castanea-bench-files-"))
    try:
        _online_retail(report, folder, times=1 if quick else 20)
        _taobao(report, folder, rows=30_000 if quick else 600_000)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _rebuild(report, 200_000 if quick else 3_000_000)


def _online_retail(report: Report, folder: Path, times: int) -> None:
    """The public file so many times, each copy with invoice numbers and years of its own."""
    data = (
        Path(os.environ.get("CASTANEA_TEST_DATA", ROOT.parent / "shared" / "data"))
        / "retail"
        / "online_retail"
        / "online_retail.parquet"
    )
    if not data.exists():
        report.say(f"import: Online Retail is not at {data}; set CASTANEA_TEST_DATA. Left out.")
        return
    first = pl.read_parquet(data)
    copies = [
        first.with_columns(
            InvoiceNo=pl.col("InvoiceNo").str.replace(r"^([A-Z]?)(\d+)$", f"${{1}}{copy + 10}${{2}}"),
            InvoiceDate=(pl.col("InvoiceDate").str.slice(0, 4).cast(pl.Int32) - 2 * copy).cast(pl.String)
            + pl.col("InvoiceDate").str.slice(4),
        )
        for copy in range(times)
    ]
    path = folder / "online_retail.parquet"
    pl.concat(copies).drop("day_file").write_parquet(path)
    rows, seconds = _imported(folder / "uk", path, "--currency", "GBP", "--zone", "Europe/London")
    report.add(
        Line(
            f"import Online Retail × {times}",
            rows / seconds,
            "rows/s",
            at_least=100_000,
            beside=f"{rows:,} rows in {seconds:.1f} s",
        )
    )


def _taobao(report: Report, folder: Path, rows: int) -> None:
    """Orders as Taobao exports them: four personal columns, GBK."""
    rng = np.random.default_rng(4)
    person, total = rng.integers(0, rows, rows), rng.integers(900, 40_000, rows) / 100
    day = np.datetime64("2026-01-01T00:00:00") + rng.integers(0, 300 * 86_400, rows).astype("timedelta64[s]")
    frame = pl.DataFrame({
        "订单编号": [f"26{n:014d}" for n in range(rows)], "买家会员名": [f"买家{p}" for p in person], "总金额": total, "买家实际支付金额": total,
        "订单状态": pl.repeat("交易成功", rows, eager=True), "收货人姓名": [f"收货{p}" for p in person],
        "收货地址": [f"浙江省 杭州市 西湖区 人民路{p % 997}号" for p in person], "联系手机": [f"1000{p:07d}" for p in person],
        "订单创建时间": np.datetime_as_string(day, unit="s"), "订单付款时间": np.datetime_as_string(day + np.timedelta64(60, "s"), unit="s"),
        "宝贝标题": pl.repeat("桂花乌龙 100g", rows, eager=True), "宝贝总数量": pl.repeat("1", rows, eager=True),
    }).with_columns(pl.col("订单创建时间", "订单付款时间").str.replace("T", " "))  # fmt: skip
    path = folder / "ExportOrderList.csv"
    path.write_bytes(frame.write_csv().encode("gb18030"))
    count, seconds = _imported(folder / "taobao", path)
    report.add(
        Line(
            "import Taobao orders, four personal columns",
            count / seconds,
            "rows/s",
            at_least=30_000,
            beside=f"{count:,} rows in {seconds:.1f} s",
        )
    )


def _imported(workspace: Path, path: Path, *settings: str) -> tuple[int, float]:
    subprocess.run([CASTANEA, "init", str(workspace), *settings], check=True, capture_output=True)
    begin = time.perf_counter()
    told = json.loads(run("import", str(path), "--json", workspace=workspace))["total"]
    took = time.perf_counter() - begin
    if told["received"] != told["loaded"]:
        raise RuntimeError(f"a first import should load all its rows: {told}")
    return int(told["received"]), took


def _rebuild(report: Report, events: int) -> None:
    import asyncio

    bodies = behaviour_bodies(events, 1_000, seed=9)
    with serving() as server:
        asyncio.run(send(server.port, server.key, bodies, 1_000))
        wait_applied(server)
        begin = time.perf_counter()
        run("rebuild", workspace=server.workspace)
        took = time.perf_counter() - begin
    report.add(
        Line(
            "rebuild from the log, behaviour events",
            events / took,
            "events/s",
            at_least=80_000,
            beside=f"{events:,} in {took:.1f} s",
        )
    )
