"""Rollups written anew over a range of days, against the same rollups kept by MERGE; and transactions that need too much memory."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from castanea.contracts.log import LandedBatch, NewBatch
from castanea.warehouse import rollups
from castanea.warehouse.loader import Applied, Loader
from tests.warehouse.conftest import Shop
from tests.warehouse.shop_rows import at, batch, line, order, product, refund, view


def _history(seed: int) -> list[list[NewBatch]]:
    """Transactions of new, corrected, cancelled and refunded orders over 30 days, late ones among them, and visits."""
    rng, landed = random.Random(seed), []
    for turn in range(6):
        orders, lines, refunds, visits = [], [], [], []
        for number in rng.sample(range(40), 12):
            when = at(days=-rng.randrange(30), hours=rng.randrange(24))
            paid = rng.choice([None, when, at(days=-rng.randrange(5))])
            version = {"_version": at(days=turn), "channel_id": rng.choice(["tmall", "jd", None])}
            orders.append(order(str(number), order_time=when, pay_time=paid, test=rng.random() < 0.1, **version))
            lines.append(
                line(str(number), str(rng.randrange(100)), product_id=rng.choice("ab"), _version=at(days=turn))
            )
            if rng.random() < 0.3:
                refunds.append(
                    refund(f"r{number}", str(number), refund_time=at(days=-rng.randrange(9)), _version=at(days=turn))
                )
            visits.append(view(f"v{number}", f"visitor {number}", time=when))
        batches = [batch("order", *orders), batch("order_line", *lines), batch("web_event", *visits)]
        batches += [batch("refund", *refunds)] if refunds else []
        batches += [batch("product", product("a", rng.choice(["tea", "pots"]), _version=at(days=turn)))]
        rng.shuffle(batches)
        landed.append(batches)
    return landed


def _sums(folder: Path, seed: int) -> list[Any]:
    shop = Shop(folder)
    for batches in _history(seed):
        shop.land(*batches)
    shop.check_rollups()
    sums = shop.warehouse.checksums()
    shop.warehouse.close()
    return sums


@pytest.mark.parametrize("seed", [1, 2])
def test_appending_to_days_and_merging_into_them_give_the_same_rollups(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = _sums(tmp_path / "merged", seed)
    monkeypatch.setattr(rollups, "MANY", 1)
    assert _sums(tmp_path / "appended", seed) == merged


@pytest.mark.parametrize("seed", [1, 2])
def test_writing_a_range_anew_and_merging_into_it_give_the_same_rollups(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = _sums(tmp_path / "merged", seed)
    monkeypatch.setattr(rollups, "ANEW", 1)
    monkeypatch.setattr(rollups, "HELD", 10**6)
    rewritten = _sums(tmp_path / "rewritten", seed)
    monkeypatch.setattr(rollups, "HELD", 2)
    mixed = _sums(tmp_path / "mixed", seed)
    assert merged == rewritten == mixed


def test_what_needs_too_much_memory_together_is_applied_in_smaller_transactions(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, sizes = Loader.apply, []

    def scarce(self: Loader, batches: list[LandedBatch]) -> Applied:
        sizes.append(len(batches))
        if len(batches) > 2:
            raise duckdb.OutOfMemoryException("no room")
        return apply(self, batches)

    monkeypatch.setattr(Loader, "apply", scarce)
    shop.land(*(batch("web_event", view(str(n), "ann")) for n in range(7)))
    assert sizes == [7, 3, 1, 6, 3, 1, 5, 2, 3, 1, 2]
    assert shop.value("SELECT count(*) FROM fact.web_event") == 7
    shop.check_rollups()
