"""A file brought through the browser: looked at, read another way, imported as a job, in processes of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from castanea.contracts.importing import ImportJob, ImportWish
from castanea.contracts.workspace import Workspace, WorkspaceSettings
from castanea.kit.clock import SystemClock, monotonic
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.runs.import_jobs import ImportJobs, file_name
from castanea.runs.workspace import init_workspace

ORDERS = """订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额
1,178.80,0.00,上海,2026-02-21 00:00:00,,0.00
2,21.00,21.00,浙江省,2026-02-20 23:59:54,2026-02-21 00:00:02,0.00
3,37.50,30.00,浙江省,2026-02-20 22:00:00,2026-02-20 22:01:00,7.50
""".encode("gb18030")
OWN = "单据,卖了多少钱,哪天\nA1,10.50,2026-02-20 10:00:00\nA2,20.00,2026-02-20 11:00:00\n".encode()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "shop", WorkspaceSettings("shop"))


@asynccontextmanager
async def jobs_of(workspace: Workspace) -> AsyncIterator[ImportJobs]:
    command = ["-m", "castanea", "import-process", "--workspace", str(workspace.root)]
    jobs = ImportJobs(workspace.uploads, SystemClock(), command)
    jobs.open()
    try:
        yield jobs
    finally:
        await jobs.close()


async def sent(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def ended(jobs: ImportJobs, number: str) -> ImportJob:
    end = monotonic() + 120
    while jobs.get(number).state in ("queued", "running"):
        assert monotonic() < end, jobs.get(number)
        await asyncio.sleep(0.02)
    return jobs.get(number)


def test_a_file_is_looked_at_and_imported(workspace: Workspace) -> None:
    async def story() -> None:
        async with jobs_of(workspace) as jobs:
            job = await jobs.upload("C:\\下载\\订单.csv", "me", sent(ORDERS), 1 << 20)
            assert (job.file, job.state, job.bytes) == ("订单.csv", "waiting", len(ORDERS))
            look = await jobs.look(job.id, ImportWish())
            assert (look.format, look.encoding, look.refused) == ("tmall_summary", "gb18030", None)
            assert look.preview[0][:3] == ("1", "178.8", "0")
            assert "2026-02-21 00:00:00" in look.preview[0]
            assert look.effect is not None
            assert look.effect.rows["order"] >= 3
            jobs.begin(job.id, ImportWish())
            with pytest.raises(Conflict):
                jobs.begin(job.id, ImportWish())
            done = await ended(jobs, job.id)
            assert done.state == "done", done.refused
            assert done.report is not None
            assert (done.report.received, done.report.loaded, done.report.quarantined) == (3, 3, 0)
            assert not (workspace.uploads / job.id / "订单.csv").exists()
            with pytest.raises(Conflict):
                await jobs.look(job.id, ImportWish())

    asyncio.run(story())


def test_what_a_column_means_can_be_said_and_kept_for_the_next_file(workspace: Workspace) -> None:
    async def story() -> None:
        async with jobs_of(workspace) as jobs:
            job = await jobs.upload("ours.csv", "me", sent(OWN), 1 << 20)
            unknown = await jobs.look(job.id, ImportWish())
            assert unknown.refused is not None
            assert [column.header for column in unknown.columns] == ["单据", "卖了多少钱", "哪天"]
            assert unknown.kinds["orders"] == ("order_id", "order_time", "amount")
            wish = ImportWish(kind="orders", columns={"order_id": "单据", "amount": "卖了多少钱", "order_time": "哪天"})
            look = await jobs.look(job.id, wish)
            assert look.refused is None, look.refused
            assert {c.header: c.taken_for for c in look.columns}["卖了多少钱"] == "amount"
            assert await jobs.keep_format(job.id, wish, "our_sales") == "our_sales"
            again = await jobs.look(job.id, ImportWish())
            assert (again.format, again.refused) == ("our_sales", None)
            with pytest.raises(InputError):
                await jobs.keep_format(job.id, wish, "Our Sales")

    asyncio.run(story())


def test_an_import_that_the_server_did_not_end_is_interrupted_and_can_begin_again(workspace: Workspace) -> None:
    async def first() -> str:
        async with jobs_of(workspace) as jobs:
            job = await jobs.upload("o.csv", "me", sent(ORDERS), 1 << 20)
            jobs.begin(job.id, ImportWish())
            return job.id

    async def second(number: str) -> None:
        async with jobs_of(workspace) as jobs:
            assert jobs.get(number).state == "interrupted"
            jobs.begin(number, ImportWish())
            done = await ended(jobs, number)
            assert done.state == "done", done.refused
            assert done.report is not None
            assert done.report.received == 3

    asyncio.run(second(asyncio.run(first())))


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(workspace: Workspace) -> None:
    async def story() -> None:
        async with jobs_of(workspace) as jobs:
            job = await jobs.upload("junk.xlsx", "me", sent(bytes(range(256)) * 40), 1 << 20)
            look = await jobs.look(job.id, ImportWish())
            assert look.refused is not None
            jobs.begin(job.id, ImportWish())
            failed = await ended(jobs, job.id)
            assert failed.state == "failed"
            assert failed.refused is not None
            jobs.remove(job.id)
            with pytest.raises(NotFound):
                jobs.get(job.id)

    asyncio.run(story())


def test_the_decimal_mark_can_be_said(workspace: Workspace) -> None:
    async def story() -> None:
        async with jobs_of(workspace) as jobs:
            file = "单据;卖了多少钱;哪天\nA1;1.234;2026-02-20 10:00:00\nA2;2.000;2026-02-20 11:00:00\n".encode()
            job = await jobs.upload("ours.csv", "me", sent(file), 1 << 20)
            wish = ImportWish(kind="orders", columns={"order_id": "单据", "amount": "卖了多少钱", "order_time": "哪天"})
            sums = {}
            for mark in (".", ","):
                look = await jobs.look(job.id, replace(wish, decimal_mark=mark))
                assert look.effect is not None, look.refused
                sums[mark] = Decimal(look.effect.sums["order_line.amount"])
            assert sums == {".": Decimal("3.234"), ",": Decimal(3234)}
            refused = (await jobs.look(job.id, replace(wish, decimal_mark="x"))).refused
            assert refused is not None
            assert refused.code == "import.decimal_mark"

    asyncio.run(story())


def test_an_upload_over_the_limit_leaves_nothing(workspace: Workspace) -> None:
    async def story() -> None:
        async with jobs_of(workspace) as jobs:
            with pytest.raises(InputError):
                await jobs.upload("big.csv", "me", sent(ORDERS), 10)
            assert jobs.all() == []
            assert list(workspace.uploads.iterdir()) == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("a\x00b.csv", "ab.csv"), (".csv", "csv"), ("长" * 200, "长" * 66)],
)
def test_a_name_is_only_a_name(given: str, kept: str) -> None:
    assert file_name(given) == kept
