"""A watched folder: a new file of a known format is imported by itself, once; another waits and says why."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from castanea.app import Castanea, Settings
from castanea.cli.program import program
from castanea.contracts.importing import FileLook, ImportWish, NearFormat, Refusal
from castanea.contracts.watching import NewWatch, WatchedFolder
from castanea.contracts.workspace import Workspace, WorkspaceSettings
from castanea.kit.clock import SystemClock, monotonic
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.runs.import_jobs import ImportJobs
from castanea.runs.watch_folders import FolderWatch, why_unsure
from castanea.runs.watch_list import WatchList
from castanea.runs.workspace import init_workspace
from castanea.state import Database
from tests.runs.test_import_jobs import ORDERS, OWN


@dataclass
class Shop:
    jobs: ImportJobs
    watched: WatchList
    watch: FolderWatch
    workspace: Workspace

    def states(self) -> dict[str, str]:
        return {file.name: file.state for file in self.watched.files()}

    async def until(self, **wanted: str) -> None:
        """Look again and again until each file named (by its stem) has come to its state."""
        end = monotonic() + 120
        while {k: v for k, v in ((Path(n).stem, s) for n, s in self.states().items()) if k in wanted} != wanted:
            assert monotonic() < end, (self.watched.files(), self.jobs.all())
            await self.watch.look()
            await asyncio.sleep(0.02)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "shop", WorkspaceSettings("shop"))


@asynccontextmanager
async def shop(workspace: Workspace, settled: float = 0.0) -> AsyncIterator[Shop]:
    command = ["-m", "castanea", "import-process", "--workspace", str(workspace.root)]
    database = Database(workspace.state)
    jobs = ImportJobs(workspace.uploads, SystemClock(), command)
    jobs.open()
    watched = WatchList(database, SystemClock(), workspace.inbox)
    try:
        yield Shop(jobs, watched, FolderWatch(watched, jobs, workspace.mappings, settled), workspace)
    finally:
        await jobs.close()
        database.close()


def inbox(shop: Shop, after: str = "leave") -> WatchedFolder:
    return shop.watched.make(NewWatch("", after), "me")


def test_a_new_file_of_a_known_format_is_imported_once_and_stays(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            folder = inbox(one)
            (Path(folder.path) / "orders.csv").write_bytes(ORDERS)
            (Path(folder.path) / "orders.csv.part").write_bytes(ORDERS)
            await one.until(orders="imported")
            done = one.jobs.get(one.watched.files()[0].job)
            assert done.report is not None
            assert (done.report.format, done.report.loaded, done.watched) == ("tmall_summary", 3, folder.path)
            (Path(folder.path) / "again.csv").write_bytes(ORDERS)
            await one.until(again="known")
            assert len(one.jobs.all()) == 1
            assert sorted(path.name for path in workspace.inbox.iterdir()) == [
                "again.csv",
                "orders.csv",
                "orders.csv.part",
            ]
        async with shop(workspace) as later:  # the server has started again
            await later.watch.look()
            assert later.states() == {"orders.csv": "imported", "again.csv": "known"}

    asyncio.run(story())


def test_what_was_imported_is_moved_where_that_is_wished(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            folder = inbox(one, "move")
            (Path(folder.path) / "orders.csv").write_bytes(ORDERS)
            await one.until(orders="imported")
            (Path(folder.path) / "orders.csv").write_bytes(
                ORDERS + "4,1.00,1.00,上海,2026-02-20 10:00:00,,0.00\n".encode("gb18030")
            )
            end = monotonic() + 120
            while len(list((workspace.inbox / "imported").iterdir())) < 2:
                assert monotonic() < end, one.watched.files()
                await one.watch.look()
                await asyncio.sleep(0.02)
            assert not (workspace.inbox / "orders.csv").exists()
            assert sorted(p.name for p in (workspace.inbox / "imported").iterdir()) == ["orders (2).csv", "orders.csv"]

    asyncio.run(story())


def test_a_file_of_an_unknown_format_waits_until_somebody_says_what_it_is(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            folder = inbox(one)
            (Path(folder.path) / "ours.csv").write_bytes(OWN)
            await one.until(ours="waits")
            waiting = one.jobs.all()[0]
            assert (waiting.state, waiting.refused is None, waiting.report) == ("waiting", False, None)
            assert one.watched.files()[0].why
            wish = ImportWish(kind="orders", columns={"order_id": "单据", "amount": "卖了多少钱", "order_time": "哪天"})
            await one.jobs.keep_format(waiting.id, wish, "our_sales")
            await one.until(ours="imported")  # what waits is looked at again
            (Path(folder.path) / "next.csv").write_bytes(OWN.replace(b"A1", b"B1"))
            await one.until(next="imported")

    asyncio.run(story())


def test_a_file_that_still_grows_is_left_alone(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace, settled=3600) as one:
            path = Path(inbox(one).path) / "orders.csv"
            for end in (40, 90, len(ORDERS)):
                path.write_bytes(ORDERS[:end])
                await one.watch.look()
            assert (one.watched.files(), one.jobs.all()) == ([], [])
        async with shop(workspace) as calm:
            await calm.until(orders="imported")

    asyncio.run(story())


def test_an_import_that_the_server_did_not_end_goes_on(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            (Path(inbox(one).path) / "orders.csv").write_bytes(ORDERS)
            await one.watch.look()
            assert one.states() == {"orders.csv": "taken"}
        async with shop(workspace) as later:
            assert later.jobs.all()[0].state == "interrupted"
            await later.until(orders="imported")

    asyncio.run(story())


def test_links_and_folders_within_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            folder = Path(inbox(one).path)
            (tmp_path / "outside.csv").write_bytes(ORDERS)
            (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
            (folder / "deep").mkdir()
            (folder / "deep" / "orders.csv").write_bytes(ORDERS)
            os.mkfifo(folder / "pipe.csv")
            await one.watch.look()
            assert one.watched.files() == []

    asyncio.run(story())


def test_a_file_that_cannot_be_taken_keeps_no_other_from_being_imported(workspace: Workspace) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            folder = Path(inbox(one).path)
            (folder / "job.json").write_text("{}")
            (folder / os.fsdecode(b"\xb6\xa9\xb5\xa5.csv")).write_bytes(
                ORDERS.replace(b"1", b"2")
            )  # a name in another encoding
            (folder / "orders.csv").write_bytes(ORDERS)
            await one.until(orders="imported")
            await one.watch.look()
            states = sorted((file.name, file.state) for file in one.watched.files())
            assert [state for _, state in states] == ["failed", "failed", "imported"]

    asyncio.run(story())


def test_a_folder_that_is_gone_says_so(workspace: Workspace, tmp_path: Path) -> None:
    async def story() -> None:
        async with shop(workspace) as one:
            away = tmp_path / "away"
            away.mkdir()
            made = one.watched.add(away, "leave", "", "")
            away.rmdir()
            await one.watch.look()
            assert "No such file" in one.watched.folders()[0].problem
            away.mkdir()
            await one.watch.look()
            assert one.watched.folders()[0].problem == ""
            one.watched.remove(made.id[:8])
            assert one.watched.folders() == []

    asyncio.run(story())


def test_only_folders_of_the_inbox_are_made_by_name(workspace: Workspace) -> None:
    watched = WatchList(Database(workspace.state), SystemClock(), workspace.inbox)
    for name in ("../log", "a/b", "/etc", ".hidden", "imported"):
        with pytest.raises(InputError):
            watched.make(NewWatch(name), "me")
    made = watched.make(NewWatch("天猫 1"), "me")
    assert Path(made.path) == workspace.inbox.resolve() / "天猫 1"
    with pytest.raises(Conflict):
        watched.make(NewWatch("天猫 1"), "me")
    with pytest.raises(NotFound):
        watched.remove("nothing")


SURE = FileLook("f.csv", 1, format="tmall_orders", kind="orders", confidence=0.9)


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (SURE, ""),
        (replace(SURE, near=(NearFormat("other_orders", {}, "orders", 0.9),)), ""),
        (replace(SURE, guessed=True), "watch.guessed"),
        (replace(SURE, encoding_sure=False), "watch.encoding"),
        (replace(SURE, confidence=0.7), "watch.unsure"),
        (replace(SURE, near=(NearFormat("tmall_refunds", {}, "refunds", 0.89),)), "watch.rivals"),
        (replace(SURE, doubts=("dmy:日期",)), "watch.doubt"),
        (replace(SURE, refused=Refusal("file.empty", "it is empty")), "file.empty"),
    ],
)
def test_what_is_not_certain_is_never_guessed(look: FileLook, code: str) -> None:
    why = why_unsure(look)
    assert (why.code if why else "") == code


def castanea(workspace: Workspace, *call: str) -> str:
    asked = CliRunner().invoke(program(Castanea(Settings())), [*call, "--workspace", str(workspace.root)])
    assert asked.exit_code == 0, asked.output
    return asked.stdout


def test_the_command_line_adds_lists_and_removes_a_folder(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    castanea(workspace, "watch", "add", str(folder), "--move")
    told = json.loads(castanea(workspace, "watch", "list", "--json"))
    assert [(each["path"], each["after"]) for each in told["folders"]] == [(str(folder), "move")]
    castanea(workspace, "watch", "remove", str(folder))
    assert json.loads(castanea(workspace, "watch", "list", "--json"))["folders"] == []
