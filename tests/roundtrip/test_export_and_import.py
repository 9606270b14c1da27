"""The simulated shop, exported as Tmall, JD, Douyin and Shopify files and imported, gives the figures of its own event stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from castanea.demo.config import DemoConfig
from castanea.demo.history import Past
from castanea.demo.world import World
from tests.roundtrip.shops import Books, Figures, moment, now_of, write_exports

CONFIG = DemoConfig(
    seed=5, history_days=32, orders_per_day=60.0, products=90, event_days=1, last_day=date(2026, 11, 12)
)
FIRST, LAST = date(2026, 10, 12), date(2026, 11, 12)  # the presale of Double 11 and its balances lie within
MONEY = ("paid_amount,refund_amount,units", "day,shop,product")
STOCK = ("on_hand,in_transit", "day,product")


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(World(CONFIG), 1)


@pytest.fixture(scope="module")
def truth(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Figures, Figures]]:
    at = moment(past, 0)
    books = Books(tmp_path_factory.mktemp("truth") / "w", now_of(at))
    books.tell(past, at)
    yield books.figures(FIRST, LAST, *MONEY), books.figures(FIRST, LAST, *STOCK)
    books.close()


@pytest.fixture(scope="module")
def exports(past: Past, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three exports that overlap: the first half, seen early; the days in the middle, later; everything, at the end."""
    folder = tmp_path_factory.mktemp("exports")
    early = write_exports(past, folder, FIRST, FIRST + timedelta(days=16), moment(past, -15))
    middle = write_exports(past, folder, FIRST + timedelta(days=10), FIRST + timedelta(days=24), moment(past, -7))
    return early + middle + write_exports(past, folder, FIRST, LAST, moment(past, 0))


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_files_give_the_event_stream_s_figures_in_both_orders_of_loading(
    past: Past, truth: tuple[Figures, Figures], exports: list[Path], tmp_path: Path, order: str
) -> None:
    books = Books(tmp_path / "w", now_of(moment(past, 0)))
    outcomes = books.load(exports if order == "forwards" else exports[::-1])
    assert not any(outcome.reasons for outcome in outcomes)
    money, stock = truth
    assert len(money) > 1000
    assert differing(books.figures(FIRST, LAST, *MONEY), money) == {}
    assert differing(books.figures(FIRST, LAST, *STOCK), stock) == {}
    books.close()


def differing(got: Figures, wanted: Figures) -> dict[tuple[str, ...], tuple[object, object]]:
    """Keys whose figures are not equal to the cent, with both."""
    return {
        key: (got.get(key), wanted.get(key))
        for key in sorted(got.keys() | wanted.keys())
        if got.get(key) != wanted.get(key)
    }
