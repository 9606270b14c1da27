"""The rows behind a number: they add up to it, with the same filters and the same rights."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from castanea.contracts.behind import BehindQuestion, RowsBehind
from castanea.contracts.query import Filter, Query, Rights, TimeRange
from castanea.contracts.table import Privacy
from castanea.contracts.tables import TABLES
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError, NotFound
from castanea.semantics import Catalog, Planner
from tests.semantics.small_shop import NOW, Reader, load, make_facts

MONTH = TimeRange(relative="last 30d")


class Shop:
    def __init__(self) -> None:
        settings = WorkspaceSettings("test")
        self.catalog = Catalog.load(settings)
        self.reader = Reader(load(make_facts(5, 160), settings, self.catalog))
        self.planner = Planner(self.catalog, settings, self.catalog.rollup_plans())

    def behind(self, metric: str, *where: Filter, rights: Rights = Rights(), **more: object) -> RowsBehind:  # noqa: B008
        question = BehindQuestion(Query((metric,), where=where, time=MONTH), **more)  # type: ignore[arg-type]
        return self.planner.behind(question, self.reader, NOW, rights)

    def number(self, metric: str, *where: Filter, rights: Rights = Rights()) -> str:  # noqa: B008
        query = Query((metric,), where=where, time=MONTH)
        return str(self.planner.answer(query, self.reader, NOW, rights).rows[0][metric])


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.reader.close()


@pytest.mark.parametrize("metric", ["paid_amount", "orders", "units", "refund_amount"])
def test_the_rows_of_a_sum_add_up_to_the_number(shop: Shop, metric: str) -> None:
    found = shop.behind(metric, limit=200)
    assert found.value is not None
    assert Decimal(found.value) == Decimal(shop.number(metric))
    assert found.total == len(found.rows) > 0
    assert sum(Decimal(str(row["_value"])) for row in found.rows) == Decimal(found.value)


def test_pages_follow_each_other_newest_first_without_a_row_twice(shop: Shop) -> None:
    whole = shop.behind("paid_amount", limit=200)
    pages = [shop.behind("paid_amount", limit=7, offset=at).rows for at in range(0, whole.total, 7)]
    assert tuple(row for page in pages for row in page) == whole.rows
    times = [str(row["paid_time"]) for row in whole.rows]
    assert times == sorted(times, reverse=True)


def test_filters_and_rules_of_rows_hold_for_the_rows_too(shop: Shop) -> None:
    channel = next(str(row["channel"]) for row in shop.behind("paid_amount").rows if row["channel"])
    only = Filter("channel", "in", (channel,))
    asked, ruled = (
        shop.behind("paid_amount", only, limit=200),
        shop.behind("paid_amount", rights=Rights("c", (only,)), limit=200),
    )
    assert asked.rows == ruled.rows
    assert {row["channel"] for row in ruled.rows} == {channel}
    assert ruled.total < shop.behind("paid_amount").total


def test_who_may_not_see_a_number_does_not_see_its_rows(shop: Shop) -> None:
    with pytest.raises(InputError, match="not shown to you"):
        shop.behind("paid_amount", rights=Rights("h", hidden_metrics=frozenset({"paid_amount"})))


def test_no_column_behind_any_number_is_personal_or_stands_for_a_person(shop: Shop) -> None:
    seen = 0
    for metric in shop.catalog.declared.metrics.values():
        try:
            first = shop.behind(metric.name)
        except InputError:  # a figure that is only asked for by what it stands within
            assert metric.within
            continue
        for source in first.sources:
            page = shop.behind(metric.name, source=source.id)
            for column in page.columns:
                declared = TABLES[source.table].by_name.get(column.name)
                seen += 1
                assert declared is None or (
                    not declared.identifies and declared.privacy in (Privacy.OPEN, Privacy.INTERNAL)
                )
    assert seen > 500


def test_a_state_or_a_window_says_why_it_has_no_single_rows(shop: Shop) -> None:
    assert {source.why for source in shop.behind("on_hand").sources} == {"state"}
    assert shop.behind("on_hand").rows == ()


def test_a_list_of_rows_that_the_number_does_not_have_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound, match=r"paid\.0"):
        shop.behind("paid_amount", source="nonsense")
