"""What becomes of a landed batch, told by its booking and by the facts."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from castanea.warehouse import duck
from castanea.warehouse.loader import Loader
from tests.warehouse.conftest import Shop
from tests.warehouse.shop_rows import at, batch, line, order, payment, product, rate, refund, view


def test_an_event_sent_twice_counts_once(shop: Shop) -> None:
    shop.land(batch("web_event", view("1", "ann"), view("2", "ann")))
    shop.land(batch("web_event", view("2", "ann"), view("3", "bob")))
    assert shop.counts(1) == (2, 0, 0, 0)
    assert shop.counts(2) == (1, 1, 0, 0)
    assert shop.value("SELECT count(*) FROM fact.web_event") == 3
    shop.check_rollups()


def test_an_event_repeated_inside_one_batch_counts_once(shop: Shop) -> None:
    shop.land(batch("web_event", view("1", "ann"), view("1", "ann"), view("1", "bob")))
    assert shop.counts(1) == (1, 2, 0, 0)
    shop.check_rollups()


def test_duplicates_are_known_after_a_restart(shop: Shop) -> None:
    shop.land(batch("web_event", view("1", "ann")))
    shop.reopen()
    shop.land(batch("web_event", view("1", "ann", time=at(days=9))))
    assert shop.counts(2) == (0, 1, 0, 0)


def test_a_newer_version_corrects_and_an_older_one_is_superseded(shop: Shop) -> None:
    shop.land(batch("order", order("1")), batch("order_line", line("1", "10", _version=at(2))))
    shop.land(batch("order_line", line("1", "12", _version=at(3))))
    shop.land(batch("order_line", line("1", "99", _version=at(1))))
    shop.land(batch("order_line", line("1", "12", _version=at(1))))
    assert [shop.counts(n) for n in (3, 4, 5)] == [(1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0)]
    assert shop.value("SELECT sum(ordered) FROM rollup.sales_quarter") == 12
    shop.check_rollups()


def test_batches_of_one_transaction_count_as_if_applied_one_after_another(shop: Shop) -> None:
    shop.land(
        batch("order_line", line("1", "10", _version=at(1)), line("1", "10", _version=at(5))),
        batch("order_line", line("1", "11", _version=at(3)), line("1", "12", _version=at(6))),
        batch("order_line", line("1", "12", _version=at(7)), line("1", "13", _version=at(6))),
    )
    assert [shop.counts(n) for n in (1, 2, 3)] == [(1, 1, 0, 0), (1, 0, 1, 0), (0, 1, 1, 0)]
    assert shop.value("SELECT epoch_us(_version) FROM fact.order_line") == int(at(7).timestamp() * 1_000_000)


def test_rejected_rows_are_counted_and_kept(shop: Shop) -> None:
    from tests.warehouse.shop_rows import rows

    reject = rows(
        "quarantine",
        {
            "quarantine_id": "q1",
            "source": "test",
            "table": "order",
            "reason": "bad_time",
            "state": "waiting",
            "time": at(),
        },
    )
    shop.land(batch("order", order("1"), rejects=reject, import_id="i1"))
    assert shop.counts(1) == (1, 0, 0, 1)
    assert shop.value("SELECT reason FROM fact.quarantine") == "bad_time"
    assert shop.warehouse.bookings("i1")[0].received == 2


def test_an_order_its_lines_payment_and_refund_resolve_in_any_order(shop: Shop) -> None:
    shop.land(batch("refund", refund("r", "1")))
    shop.land(batch("payment", payment("p", "1")))
    shop.land(batch("order_line", line("1")))
    assert shop.value("SELECT count(*) FROM rollup.sales_quarter") == 0
    shop.land(batch("order", order("1")))
    assert shop.value("SELECT sum(paid) FROM rollup.sales_quarter") == 10
    assert shop.value("SELECT sum(refunded) FROM rollup.sales_quarter") == 4
    assert shop.value("SELECT count(*) FROM fact.order_line WHERE paid_time IS NOT NULL") == 1
    shop.check_rollups()


def test_a_rate_that_comes_late_converts_what_is_stored(shop: Shop) -> None:
    shop.land(
        batch("order", order("1", currency="USD")),
        batch("order_line", line("1")),
        batch("refund", refund("r", None, currency="USD", refund_time=at())),
    )
    assert shop.rows("SELECT currency, ordered FROM rollup.sales_quarter WHERE ordered <> 0") == [("USD", 10)]
    shop.land(batch("fx_rate", rate("USD", "7.1")))
    assert shop.value("SELECT sum(ordered) FROM rollup.sales_quarter WHERE currency = 'CNY'") == 71
    assert shop.value("SELECT sum(refunded) FROM rollup.sales_quarter WHERE currency = 'CNY'") == 28.4
    assert shop.value("SELECT count(*) FROM rollup.sales_quarter WHERE currency = 'USD'") == 0
    shop.check_rollups()


def test_a_shop_currency_that_comes_late_names_the_amounts(shop: Shop) -> None:
    shop.land(batch("order", order("1")), batch("order_line", line("1")))
    shop.land(batch("shop", {"currency": "EUR"}))
    assert shop.value("SELECT report_currency FROM fact.order_line") == "EUR"
    shop.check_rollups()


def test_a_product_that_changes_category_takes_its_sales_along(shop: Shop) -> None:
    shop.land(batch("order", order("1")), batch("order_line", line("1")))
    assert shop.rows("SELECT category, ordered FROM rollup.sales_category") == [(None, 10)]
    shop.land(batch("product", product("tea", "drinks")), batch("order_line", line("1", "5", line_id="2")))
    assert shop.rows("SELECT category, ordered FROM rollup.sales_category") == [("drinks", 15)]
    shop.land(batch("product", product("tea", "food", _version=at(9))))
    assert shop.rows("SELECT category, ordered FROM rollup.sales_category") == [("food", 15)]
    shop.check_rollups()


def test_a_buyer_disappears_when_the_only_line_is_taken_back(shop: Shop) -> None:
    shop.land(batch("order", order("1", pay_time=at())), batch("order_line", line("1")))
    assert shop.value("SELECT count(*) FROM rollup.buyers") == 1
    shop.land(
        batch("order_line", line("1", kind="product", amount="10", _version=at(4))),
        batch("order", order("1", test=True, _version=at(4))),
    )
    assert shop.value("SELECT count(*) FROM rollup.buyers") == 0
    shop.check_rollups()


def test_a_rebuild_from_the_log_gives_the_same_checksums(shop: Shop) -> None:
    shop.land(batch("order", order("1", pay_time=at())), batch("order_line", line("1")))
    shop.land(batch("refund", refund("r", "1")), batch("product", product("tea", "drinks")))
    shop.land(batch("web_event", view("1", "ann"), view("1", "ann")))
    before = shop.warehouse.checksums()
    shop.warehouse.rebuild()
    assert shop.warehouse.checksums() == before
    assert any(s.rows for s in before)
    shop.land(batch("web_event", view("1", "ann")))
    assert shop.counts(6) == (0, 1, 0, 0)


def test_a_version_lifted_by_a_duplicate_decides_which_of_two_rows_names_the_category(shop: Shop) -> None:
    older, newer = product("tea", "food", _version=at(1)), product("tea", "drinks", _version=at(2), _occurrence=2)
    shop.land(batch("order", order("1")), batch("order_line", line("1")), batch("product", older, newer))
    assert shop.rows("SELECT category, ordered FROM rollup.sales_category") == [("drinks", 10)]
    shop.land(batch("product", product("tea", "food", _version=at(3))))
    assert shop.counts(4) == (0, 1, 0, 0)
    assert shop.rows("SELECT category, ordered FROM rollup.sales_category") == [("food", 10)]
    shop.check_rollups()


def test_a_quiet_moment_is_used_for_a_checkpoint(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(duck, "QUIET_CHECKPOINT", 1)
    shop.log.append([batch("web_event", view("1", "ann"))])
    shop.warehouse.apply()
    wal = shop.path.with_name(shop.path.name + ".wal")
    assert wal.stat().st_size > 0
    assert shop.warehouse.apply() is None
    assert not wal.exists() or wal.stat().st_size == 0


def test_a_change_too_large_for_the_usual_memory_is_given_more_and_loading_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land(batch("order", order("o1", pay_time=at())), batch("order_line", line("o1", "10")))
    reader = shop.warehouse.reader()
    real, tried = Loader.apply, []

    def scarce(self: Loader, batches: Any) -> Any:
        tried.append(shop.warehouse._tuning.memory_limit)
        if tried[-1] != duck.ROOMY:
            raise duckdb.OutOfMemoryException("the limit was reached")
        return real(self, batches)

    with monkeypatch.context() as small:
        small.setattr(Loader, "apply", scarce)
        shop.land(batch("order_line", line("o1", "20", line_id="2")))
    assert tried == [shop.warehouse._tuning.memory_limit, duck.ROOMY]
    assert reader.fetch("SELECT sum(report_paid)::INTEGER AS paid FROM fact.order_line").to_pylist() == [{"paid": 30}]
    reader.close()
    shop.land(batch("order_line", line("o1", "5", line_id="3")))
    shop.check_rollups()
