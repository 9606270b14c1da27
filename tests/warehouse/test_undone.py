"""An import taken back as a whole: the warehouse is as if it had never been, also after a rebuild and a restart."""

from __future__ import annotations

from typing import Any

from castanea.warehouse import DuckWarehouse
from tests.warehouse.conftest import SETTINGS, Shop
from tests.warehouse.memory_log import MemoryLog
from tests.warehouse.shop_rows import at, batch, line, order, plans


def record(import_id: str, hours: float, *, undone: bool, form: str = "tmall_orders") -> Any:
    return batch(
        "import_run",
        {
            "import_id": import_id, "file": "orders.csv", "sha256": "0", "format": form, "received": 1, "suspects": 0, "undone": undone,
            "time": at(), "_version": at(hours),
        },
        import_id=import_id, derived=True,
    )  # fmt: skip


def sums(shop: Shop) -> list[tuple[str, int, str]]:
    return [(t.table, t.rows, t.sum) for t in shop.warehouse.checksums()]


def test_what_an_import_brought_is_gone_and_what_it_replaced_stands_again(shop: Shop) -> None:
    shop.land(
        batch("order", order("1"), import_id="a"),
        batch("order_line", line("1", "10"), import_id="a"),
        record("a", 1, undone=False),
    )
    shop.land(
        batch("order_line", line("1", "12", _version=at(2)), line("2", "5"), import_id="b"), record("b", 2, undone=False)
    )  # fmt: skip
    shop.land(record("b", 3, undone=True))
    assert shop.value("SELECT sum(ordered) FROM rollup.sales_quarter") == 10
    assert shop.counts(4) == (0, 0, 2, 0)
    shop.check_rollups()
    before = sums(shop)
    shop.warehouse.rebuild()
    assert sums(shop) == before


def test_the_same_rows_of_a_later_import_stand_when_the_first_is_taken_back(shop: Shop) -> None:
    shop.land(batch("order_line", line("1", "10"), import_id="a"), record("a", 1, undone=False))
    shop.land(batch("order_line", line("1", "10"), import_id="b"), record("b", 2, undone=False))
    assert shop.counts(3) == (0, 1, 0, 0)
    shop.land(record("a", 3, undone=True))
    assert shop.counts(3) == (1, 0, 0, 0)
    assert shop.value("SELECT count(*) FROM fact.order_line") == 1


def test_an_import_brought_back_stands_as_before(shop: Shop) -> None:
    shop.land(batch("order_line", line("1", "10"), import_id="a"), record("a", 1, undone=False))
    shop.land(record("a", 2, undone=True))
    assert shop.value("SELECT count(*) FROM fact.order_line") == 0
    shop.land(record("a", 3, undone=False))
    assert shop.value("SELECT count(*) FROM fact.order_line") == 1


def test_rows_that_land_for_an_import_taken_back_are_passed_over(shop: Shop) -> None:
    shop.land(batch("order_line", line("1", "10"), import_id="a"), record("a", 1, undone=True))
    shop.land(batch("order_line", line("2", "10"), import_id="a"))
    assert shop.value("SELECT count(*) FROM fact.order_line") == 0
    assert shop.counts(3) == (0, 0, 1, 0)


def test_a_process_that_ended_before_the_rebuild_leaves_it_to_the_next(shop: Shop) -> None:
    shop.land(batch("order_line", line("1", "10"), import_id="a"), record("a", 1, undone=False))
    shop.warehouse.close()
    shop.log.append([record("a", 2, undone=True)])
    shop.warehouse = DuckWarehouse(shop.path, shop.log, SETTINGS, plans())
    shop.warehouse.catch_up()
    assert shop.value("SELECT count(*) FROM fact.order_line") == 0


def test_a_version_of_a_grid_is_not_passed_over(shop: Shop) -> None:
    shop.land(batch("order_line", line("1", "10"), import_id="g"), record("g", 1, undone=True, form="grid"))
    assert shop.value("SELECT count(*) FROM fact.order_line") == 1
    assert isinstance(shop.log, MemoryLog)
