"""A warehouse file that is gone, short, bent or of another make is set aside and made again, to the same checksums."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from castanea.contracts.warehouse import LoadState
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import Unavailable
from castanea.warehouse import DuckWarehouse
from tests.warehouse.conftest import Shop
from tests.warehouse.shop_rows import batch, line, order, plans, product, view


def _fill(shop: Shop) -> None:
    for number in range(20):
        rows = [view(f"{number}-{i}", f"visitor {i}") for i in range(200)]
        shop.land(batch("web_event", *rows))
    shop.land(batch("order", order("1")), batch("order_line", line("1")), batch("product", product("tea", "drinks")))


def _cut_short(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)


def _bend_a_block(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(12_288 + 262_144 // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 16]))


def _bend_the_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 + 20)
        file.write(b"\xff\xff\xff\xff\xff\xff")


def _overwrite(path: Path) -> None:
    path.write_bytes(b"this is no warehouse" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_cut_short, _bend_a_block, _bend_the_header, _overwrite, _empty, Path.unlink])
def test_a_damaged_file_is_made_again_at_start(shop: Shop, damage: Callable[[Path], None]) -> None:
    _fill(shop)
    before = shop.warehouse.checksums()
    shop.warehouse.close()
    damage(shop.path)
    shop.reopen()
    shop.warehouse.catch_up()
    assert shop.warehouse.checksums() == before
    assert shop.warehouse.state().rebuilding is None
    shop.check_rollups()


def test_many_random_bit_flips_are_all_mended(shop: Shop) -> None:
    _fill(shop)
    before = shop.warehouse.checksums()
    dice = random.Random(7)
    for _ in range(6):
        shop.warehouse.close()
        with shop.path.open("r+b") as file:
            file.seek(dice.randrange(shop.path.stat().st_size))
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ (1 << dice.randrange(8))]))
        shop.reopen()
        shop.warehouse.catch_up()
        assert shop.warehouse.checksums() == before


def test_a_bent_write_ahead_log_is_set_aside_with_its_file(shop: Shop) -> None:
    _fill(shop)
    before = shop.warehouse.checksums()
    wal = shop.path.with_name(shop.path.name + ".wal")
    kept = bytearray(wal.read_bytes())
    main = shop.path.read_bytes()
    shop.warehouse.close()
    kept[len(kept) // 2] ^= 8
    shop.path.write_bytes(main)
    wal.write_bytes(kept)
    shop.reopen()
    shop.warehouse.catch_up()
    assert shop.warehouse.checksums() == before


def test_another_zone_or_currency_makes_the_warehouse_again(shop: Shop) -> None:
    _fill(shop)
    shop.warehouse.close()
    other = DuckWarehouse(shop.path, shop.log, WorkspaceSettings("test", "GBP", "Europe/London"), plans())
    other.catch_up()
    fetched = other.reader().fetch("SELECT report_currency FROM fact.order_line").to_pylist()
    other.close()
    assert fetched == [{"report_currency": "GBP"}]


def test_a_changed_plan_is_filled_again_from_the_facts(shop: Shop) -> None:
    _fill(shop)
    before = shop.warehouse.checksums()
    shop.warehouse.close()
    fewer = DuckWarehouse(shop.path, shop.log, WorkspaceSettings("test"), plans()[1:])
    assert "rollup.sales_quarter" not in [s.table for s in fewer.checksums()]
    fewer.close()
    shop.reopen()
    assert shop.warehouse.checksums() == before


def test_readers_wait_politely_while_the_file_is_made_again_and_go_on_afterwards(shop: Shop) -> None:
    _fill(shop)
    reader = shop.warehouse.reader()
    assert reader.fetch("SELECT count(*) AS n FROM fact.web_event").to_pylist() == [{"n": 4000}]
    seen: list[LoadState] = []
    shop.warehouse.rebuild(seen.append)
    assert seen[0].rebuilding == 0
    assert seen[-1].rebuilding is None
    assert reader.fetch("SELECT count(*) AS n FROM fact.web_event").to_pylist() == [{"n": 4000}]
    shop.warehouse.close()
    shop.path.unlink()
    shop.warehouse = DuckWarehouse(shop.path, shop.log, WorkspaceSettings("test"), plans())
    assert shop.warehouse.state().rebuilding == 0
    with pytest.raises(Unavailable, match="made again"):
        shop.warehouse.reader().fetch("SELECT 1")


def test_readers_read_while_the_warehouse_is_rebuilt(shop: Shop) -> None:
    _fill(shop)
    wanted, failures, done = 4000, [], threading.Event()

    def read() -> None:
        reader = shop.warehouse.reader()
        while not done.is_set():
            try:
                count = reader.fetch("SELECT count(*) AS n FROM fact.web_event").to_pylist()[0]["n"]
            except Unavailable:
                continue  # the moment of the swap
            if count != wanted:
                failures.append(count)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    shop.warehouse.rebuild()
    shop.warehouse.rebuild()
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_no_statement_reads_or_writes_another_file(shop: Shop, tmp_path: Path) -> None:
    import duckdb

    reader = shop.warehouse.reader()
    for sql in (
        "SELECT * FROM read_csv('/etc/passwd')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            reader.fetch(sql)
