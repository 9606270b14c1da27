"""Buyers in groups: the same as counted by hand, under the reader's rules, and no group that is too small."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from castanea.contracts.buyers import LEAST_GROUP, BuyerQuestion
from castanea.contracts.query import Filter, Period, Query, Rights, TimeRange
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.runs.buyer_groups import grouped
from castanea.semantics import Catalog, Planner
from castanea.semantics.buyers import Purchases
from tests.semantics.small_shop import NOW, Reader, load, make_facts

END = datetime(2026, 11, 1, 16, tzinfo=UTC)


class Shop:
    def __init__(self) -> None:
        settings = WorkspaceSettings("test")
        catalog = Catalog.load(settings)
        self.reader = Reader(load(make_facts(3, 400), settings, catalog))
        self.planner = Planner(catalog, settings, catalog.rollup_plans())

    def purchases(self, asked: BuyerQuestion, rights: Rights = Rights()) -> Purchases:  # noqa: B008
        return self.planner.purchases(asked, self.reader, NOW, rights)

    def figure(self, metric: str, time: TimeRange, rights: Rights = Rights()) -> Decimal:  # noqa: B008
        answer = self.planner.answer(Query((metric,), time=time), self.reader, NOW, rights)
        return Decimal(str(answer.rows[0][metric]))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.reader.close()


def bought(*purchases: tuple[str, datetime, int], zone: str = "Asia/Shanghai") -> Purchases:
    who, at, paid = zip(*purchases, strict=True)
    table = pa.table(
        {
            "buyer": pa.array(who, pa.string()),
            "at": pa.array([a.astimezone(UTC).replace(tzinfo=None) for a in at], pa.timestamp("us")),
            "paid": pa.array([Decimal(p) for p in paid], pa.decimal128(18, 4)),
        }
    )
    return Purchases(table, Period(None, END, zone), "CNY")


def test_purchases_name_as_many_buyers_as_the_metric_counts(shop: Shop) -> None:
    for rights in (Rights(), Rights("c", (Filter("channel", "in", ("tmall",)),))):
        found = shop.purchases(BuyerQuestion("segments", days=365), rights).table
        assert len(set(found["buyer"].to_pylist())) == shop.figure("buyers", TimeRange("last 365d"), rights)


def test_purchases_of_known_buyers_make_no_more_than_the_paid_amount(shop: Shop) -> None:
    found = shop.purchases(BuyerQuestion("cohorts")).table
    paid = sum(found["paid"].to_pylist(), Decimal())
    assert 0 < paid <= shop.figure("paid_amount", TimeRange())


def test_a_rule_of_rows_and_a_filter_leave_the_same_purchases(shop: Shop) -> None:
    only = Filter("shop", "in", ("s1",))
    asked = shop.purchases(BuyerQuestion("cohorts", (only,))).table
    ruled = shop.purchases(BuyerQuestion("cohorts"), Rights("s", (only,))).table
    assert sorted(asked.to_pylist(), key=str) == sorted(ruled.to_pylist(), key=str)
    assert asked.num_rows < shop.purchases(BuyerQuestion("cohorts")).table.num_rows


def test_who_may_not_see_buyers_or_amounts_is_told_of_no_group(shop: Shop) -> None:
    for hidden in ("buyers", "paid_amount"):
        with pytest.raises(InputError, match="not shown to you"):
            shop.purchases(BuyerQuestion("segments"), Rights("h", hidden_metrics=frozenset({hidden})))


def test_segments_add_up_to_all_buyers_and_none_is_small(shop: Shop) -> None:
    asked = BuyerQuestion("segments", days=365)
    purchases = shop.purchases(asked)
    told = grouped(asked, purchases)
    assert sum(s.buyers for s in told.segments) == told.buyers == len(set(purchases.table["buyer"].to_pylist()))
    assert all(s.buyers >= LEAST_GROUP for s in told.segments)
    assert sum(Decimal(s.paid) for s in told.segments) == pytest.approx(
        sum(purchases.table["paid"].to_pylist(), Decimal()), abs=Decimal("0.1")
    )


def test_small_segments_are_put_together_with_one_that_hides_them() -> None:
    often = [(f"o{n}", END - timedelta(days=d, hours=1), 500) for n in range(3) for d in (1, 5, 9, 12)]
    once = [(f"n{n}", END - timedelta(days=200, hours=1), 10) for n in range(40)]
    told = grouped(BuyerQuestion("segments"), bought(*often, *once))
    assert told.buyers == 43
    assert all(s.buyers >= LEAST_GROUP for s in told.segments)
    assert not told.words  # the sentence names segments that are not shown


def test_fewer_than_ten_buyers_are_not_told_at_all() -> None:
    nine = bought(*((f"b{n}", END - timedelta(days=3), 100) for n in range(LEAST_GROUP - 1)))
    for kind in ("segments", "cohorts"):
        told = grouped(BuyerQuestion(kind), nine)  # type: ignore[arg-type]
        assert (told.buyers, told.segments, told.cohorts, told.withheld) == (0, (), (), True)


def test_cohorts_are_those_counted_by_hand(shop: Shop) -> None:
    asked = BuyerQuestion("cohorts")
    purchases = shop.purchases(asked)
    zone = ZoneInfo(purchases.period.zone)
    months: dict[str, set[str]] = defaultdict(set)
    for row in purchases.table.to_pylist():
        months[row["buyer"]].add(row["at"].replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m"))
    firsts = Counter(min(seen) for seen in months.values())
    told = grouped(asked, purchases)
    assert {c.cohort: c.size for c in told.cohorts} == {m: n for m, n in firsts.items() if n >= LEAST_GROUP}
    for cell in told.cohorts:
        year, month = map(int, cell.cohort.split("-"))
        there = f"{year + (month - 1 + cell.age) // 12}-{(month - 1 + cell.age) % 12 + 1:02}"
        came = sum(1 for seen in months.values() if min(seen) == cell.cohort and there in seen)
        assert cell.buyers == (came if came >= LEAST_GROUP or came == 0 else None)


def test_a_purchase_at_night_belongs_to_the_month_on_the_wall() -> None:
    night = datetime(2026, 8, 31, 17, tzinfo=UTC)  # already September in Shanghai
    told = grouped(BuyerQuestion("cohorts"), bought(*((f"b{n}", night, 10) for n in range(12))))
    assert [(c.cohort, c.age, c.buyers) for c in told.cohorts] == [("2026-09", 0, 12)]
