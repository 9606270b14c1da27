"""Laws of loading: whatever the order, the grouping, the repeats and the restarts, the warehouse comes out the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castanea.contracts.log import NewBatch
from tests.warehouse.conftest import Shop
from tests.warehouse.memory_log import MemoryLog
from tests.warehouse.shop_rows import at, batch, line, order, payment, product, rate, refund, view

Event = tuple[str, dict[str, Any]]

ORDERS = ("1", "2", "3")
VERSIONS = st.integers(0, 3)
AMOUNTS = st.sampled_from(["5", "10", "10.5", "0.0001"])
CURRENCIES = st.sampled_from([None, "", "USD", "CNY"])
SHOPS = st.sampled_from(["main", "east"])


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


TIMES = st.integers(-3, 3).map(lambda days: at(days=days, hours=13))


@st.composite
def _order(draw: st.DrawFn) -> Event:
    more = {
        "pay_time": draw(_maybe(TIMES)),
        "test": draw(_maybe(st.booleans())),
        "currency": draw(CURRENCIES),
        "order_time": draw(TIMES),
    }
    return "order", order(
        draw(st.sampled_from(ORDERS)),
        shop_id=draw(SHOPS),
        _version=at(draw(VERSIONS)),
        _occurrence=draw(st.integers(1, 2)),
        **more,
    )


@st.composite
def _line(draw: st.DrawFn) -> Event:
    more = {
        "line_id": draw(_maybe(st.sampled_from(["", "1", "2"]))),
        "product_id": draw(st.sampled_from(["tea", "cup"])),
    }
    cost = draw(_maybe(AMOUNTS))
    row = line(
        draw(st.sampled_from(ORDERS)), draw(AMOUNTS), shop_id=draw(SHOPS), cost=cost, currency=draw(CURRENCIES), **more
    )
    return "order_line", row | {"_version": at(draw(VERSIONS))}


@st.composite
def _payment(draw: st.DrawFn) -> Event:
    status = draw(st.sampled_from(["pending", "succeeded", "failed"]))
    row = payment(
        draw(st.sampled_from(["p", "q"])),
        draw(st.sampled_from(ORDERS)),
        shop_id=draw(SHOPS),
        status=status,
        time=draw(TIMES),
    )
    return "payment", row | {"kind": draw(st.sampled_from(["deposit", "full"])), "_version": at(draw(VERSIONS))}


@st.composite
def _refund(draw: st.DrawFn) -> Event:
    when, status = draw(_maybe(TIMES)), draw(st.sampled_from(["asked", "succeeded"]))
    row = refund(
        draw(st.sampled_from(["r", "s"])), draw(_maybe(st.sampled_from(ORDERS))), draw(AMOUNTS), shop_id=draw(SHOPS)
    )
    return "refund", row | {
        "refund_time": when,
        "status": status,
        "currency": draw(CURRENCIES),
        "_version": at(draw(VERSIONS)),
    }


@st.composite
def _money(draw: st.DrawFn) -> Event:
    if draw(st.booleans()):
        day = date(2026, 3, draw(st.integers(8, 12)))
        return "fx_rate", rate("USD", draw(st.sampled_from(["7", "7.12345678"])), day, _version=at(draw(VERSIONS)))
    return "shop", {"shop_id": draw(SHOPS), "currency": draw(CURRENCIES), "_version": at(draw(VERSIONS))}


@st.composite
def _product(draw: st.DrawFn) -> Event:
    row = product(
        draw(st.sampled_from(["tea", "cup"])),
        draw(_maybe(st.sampled_from(["food", "drinks"]))),
        _version=at(draw(VERSIONS)),
    )
    return "product", row | {"_occurrence": draw(st.integers(1, 2))}


EVENTS = st.lists(st.one_of(_order(), _line(), _line(), _payment(), _refund(), _money(), _product()), max_size=30)


@contextmanager
def _shop(log: MemoryLog | None = None) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder), log)
        try:
            yield shop
        finally:
            shop.warehouse.close()


def _load(events: list[Event], cuts: list[int], restarts: frozenset[int] = frozenset()) -> list[Any]:
    """Load in pieces: each piece is one transaction, equal neighbours form a batch. Returns the checksums without the books."""
    with _shop() as shop:
        bounds = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(bounds)):
            if number in restarts:
                shop.reopen()
            shop.log.append(_batches(events[start:end]))
            shop.warehouse.apply(10**6)
        shop.check_rollups()
        _check_books(shop)
        return [s for s in shop.warehouse.checksums() if not s.table.startswith("book.")]


def _batches(events: list[Event]) -> list[NewBatch]:
    batches: list[tuple[str, list[dict[str, Any]]]] = []
    for table, row in events:
        if batches and batches[-1][0] == table:
            batches[-1][1].append(row)
        else:
            batches.append((table, [row]))
    return [batch(table, *rows) for table, rows in batches]


def _check_books(shop: Shop) -> None:
    booked = shop.rows("SELECT received, loaded + duplicates + superseded + quarantined FROM book.booking")
    assert all(received == accounted for received, accounted in booked)
    assert len(booked) == shop.log.head()


@settings(max_examples=12)
@given(
    EVENTS,
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 30), max_size=6),
    st.frozensets(st.integers(0, 6), max_size=2),
)
def test_any_order_any_pieces_any_repeats_and_any_restart_give_the_same_warehouse(
    events: list[Event], random: Any, cuts: list[int], restarts: frozenset[int]
) -> None:
    shuffled = events + random.sample(events, len(events) // 2)
    random.shuffle(shuffled)
    assert _load(events, []) == _load(shuffled, cuts, restarts)


@settings(max_examples=8)
@given(EVENTS, st.lists(st.integers(1, 30), max_size=6))
def test_a_rebuild_gives_the_same_checksums_and_books(events: list[Event], cuts: list[int]) -> None:
    with _shop() as shop:
        for event in events:
            shop.log.append(_batches([event]))
        for cut in cuts:
            shop.warehouse.apply(cut)
        shop.warehouse.catch_up()
        before = shop.warehouse.checksums()
        shop.warehouse.rebuild()
        assert shop.warehouse.checksums() == before
        shop.check_rollups()


VIEWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["ann", "bob"]), TIMES), max_size=20)


@settings(max_examples=10)
@given(VIEWS, st.lists(st.integers(1, 20), max_size=4))
def test_the_first_arrival_of_an_event_counts_however_it_is_cut(
    views: list[tuple[str, str, Any]], cuts: list[int]
) -> None:
    events: list[Event] = [("web_event", view(number, visitor, time=time)) for number, visitor, time in views]
    whole, pieces = _load(events, []), _load(events, cuts)
    assert whole == pieces
    assert next(s.rows for s in whole if s.table == "fact.web_event") == len({number for number, _, _ in views})


@pytest.mark.parametrize("first", ["order", "order_line", "payment", "refund", "fx_rate"])
def test_whoever_comes_first_the_order_resolves_the_same(first: str) -> None:
    events: list[Event] = [
        ("order", order("1", currency="USD")),
        ("order_line", line("1")),
        ("payment", payment("p", "1")),
        ("refund", refund("r", "1")),
        ("fx_rate", rate("USD", "7.1")),
    ]
    ordered = sorted(events, key=lambda event: event[0] != first)
    assert _load(ordered, [1, 2, 3, 4]) == _load(events, [])
    assert _load(list(reversed(ordered)), [1, 2, 3, 4]) == _load(events, [])
