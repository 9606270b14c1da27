"""Rollups to which rows are appended: exact at any time, and one row per key once a day is merged."""

from __future__ import annotations

import pytest

from castanea.warehouse import tails
from castanea.warehouse.days import day_expression
from tests.warehouse.conftest import Shop
from tests.warehouse.shop_rows import at, batch, view

ROWS = 'SELECT count(*) FROM rollup."visitors"'


def visit(number: int, visitor: str, days: int = 0) -> object:
    return batch("web_event", view(f"e{number}", visitor, time=at(days=days)))


def test_a_visitor_who_comes_back_is_appended_and_merged_before_checksums(shop: Shop) -> None:
    for number in range(3):
        shop.land(visit(number, "ann"))
    assert (shop.value(ROWS), shop.value('SELECT sum(n) FROM rollup."visitors"')) == (3, 3)
    shop.check_rollups()
    assert shop.value(ROWS) == 1


def test_what_was_appended_is_known_after_a_restart(shop: Shop) -> None:
    shop.land(visit(0, "ann"))
    shop.land(visit(1, "ann"))
    shop.reopen()
    shop.check_rollups()
    assert shop.value(ROWS) == 1


def test_a_day_is_merged_when_what_was_appended_outweighs_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "LEAST", 4)
    rows = []
    for number in range(12):
        shop.land(visit(number, "ann", days=number % 2))
        shop.warehouse.tidy()
        rows.append(shop.value(ROWS))
    assert rows == [1, 2, 3, 4, 5, 6, 7, 8, 5, 2, 3, 4]
    shop.check_rollups()


def test_appended_days_are_merged_before_a_change_that_takes_something_back(shop: Shop) -> None:
    for number in range(3):
        shop.land(visit(number, "ann"))
    hourly = {"shop_id": "main", "hour": at(), "channel_id": "tmall", "device": "pc", "views": 5}
    shop.land(batch("traffic_hourly", hourly))
    shop.land(batch("traffic_hourly", hourly | {"views": 7, "updated_at": at(hours=1), "_version": at(hours=1)}))
    assert shop.value('SELECT sum(views) FROM rollup."traffic"') == 3 + 7
    shop.check_rollups()


def test_a_fault_leaves_no_appended_row_uncounted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land(visit(0, "ann"))
    with monkeypatch.context() as broken:
        broken.setattr("castanea.warehouse.loader.write_meta", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.land(visit(1, "ann"))
        with pytest.raises(ZeroDivisionError):
            shop.warehouse.checksums()
    shop.warehouse.catch_up()
    shop.check_rollups()
    assert shop.value('SELECT sum(n) FROM rollup."visitors"') == 2


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/London", "Asia/Kathmandu"])
def test_a_day_found_by_few_rules_is_the_day_found_by_all(shop: Shop, zone: str) -> None:
    times = "SELECT TIMESTAMP '1969-12-01' + INTERVAL (n * 137) HOUR AS t FROM range(4000) r(n)"
    for low, high in ((at(), at(days=200)), (at(days=-20_400), at(days=-9_000)), (at(days=-3), at(days=40))):
        few = day_expression("t", zone, (low, high))
        inside = f"epoch_us(t) BETWEEN {low.timestamp() * 1e6:.0f} AND {high.timestamp() * 1e6:.0f}"
        wrong = f"{few} IS DISTINCT FROM {day_expression('t', zone)}"
        assert shop.value(f"SELECT count(*) FROM ({times}) WHERE {inside} AND {wrong}") == 0
        assert shop.value(f"SELECT count(*) FROM ({times}) WHERE {inside}") > 0


def test_a_large_day_is_merged_piece_by_piece_while_more_is_appended(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "LEAST", 30)
    monkeypatch.setattr(tails, "PIECE", 8)
    visitors = [f"v{n}" for n in range(8)]
    for number in range(31):
        shop.land(visit(number, visitors[number % 8]))
    rows = []
    for number in range(31, 37):
        shop.warehouse.tidy()
        rows.append(shop.value(ROWS))
        shop.land(visit(number, "late"))
        assert shop.value('SELECT sum(n) FROM rollup."visitors"') == number + 1
    assert rows[:4] == sorted(rows[:4], reverse=True)
    assert rows[-1] <= 8 + 5
    shop.reopen()
    shop.check_rollups()
    assert shop.value(ROWS) == 9
