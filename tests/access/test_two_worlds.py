"""Non-interference: in two worlds that differ only in what a reader may not see, every answer is the same, byte for byte, on every way out."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import pytest

from castanea.access import Rules
from castanea.access.rules import sight_of
from castanea.contracts.board import View
from castanea.contracts.query import COMPARISONS, CYCLES, GRAINS, Filter, Order, Query, Rights, TimeRange
from castanea.kit.clock import FixedClock
from castanea.kit.errors import CastaneaError
from castanea.kit.messages import LOCALES, say_error
from castanea.live import Live
from castanea.runs.desk import Desk
from castanea.semantics.question import cuts_of
from tests.access.two_worlds import (
    NOW,
    Told,
    changed,
    living,
    other_categories,
    other_costs,
    other_shops,
    told,
    without_orders,
)

QUERIES = int(os.environ.get("CASTANEA_TWO_WORLDS", "1000"))
TIMES = [
    TimeRange("today"), TimeRange("yesterday"), TimeRange("last 7d"), TimeRange("last 30d"), TimeRange("this month"), TimeRange("last 60min"),
    TimeRange("this year"), TimeRange(),
]  # fmt: skip

OFFERED = {
    "shop": "order_amount",
    "category": "product_sales",
    "product": "product_sales",
    "channel": "order_amount",
    "province": "order_amount",
    "plan": "ad_spend",
}


@dataclass(frozen=True)
class Pair:
    """The rights of one reader, and both worlds."""

    name: str
    rights: Rights
    one: Desk
    other: Desk
    world: Told


@pytest.fixture(scope="module")
def world() -> Told:
    return told()


def rules_of(name: str, world: Told) -> Rules:
    return {
        "a shop": Rules(shops=world.shops[:1]),
        "two shops, no costs": Rules(shops=world.shops[1:3], hidden=("cost", "profit")),
        "a category": Rules(categories=world.categories[:1]),
        "no costs": Rules(hidden=("cost", "profit")),
    }[name]


@pytest.fixture(scope="module", params=["a shop", "two shops, no costs", "a category", "no costs"])
def pair(request: pytest.FixtureRequest, world: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    rules = rules_of(request.param, world)
    pieces = world.pieces
    if rules.shops:
        pieces = changed(pieces, other_shops(frozenset(rules.shops)))
    if rules.categories:
        seen = frozenset(rules.categories)
        pieces = changed(without_orders(pieces, world.products, seen), other_categories(seen, world.products))
    if rules.hidden:
        pieces = changed(pieces, other_costs)
    folder = tmp_path_factory.mktemp("worlds")
    with living(folder / "one", world.pieces) as one, living(folder / "other", pieces) as other:
        yield Pair(request.param, sight_of([rules]).rights(), one, other, world)


def said(desk: Desk, query: Query, rights: Rights) -> bytes:
    """The answer as it is sent, or the refusal in all that is told of it."""
    try:
        return desk.query(query, rights)
    except CastaneaError as refused:
        sentences = [say_error(refused, locale) for locale in LOCALES]
        return msgspec.json.encode(
            [refused.code, str(refused), {k: str(v) for k, v in refused.values.items()}, sentences]
        )


def generated(seed: int, world: Told, desk: Desk) -> Query:
    """Any metric by any dimensions, filtered, compared, ordered, cut off: mostly such as can be answered, some that cannot."""
    dice = random.Random(seed)
    declared = desk.catalog.declared
    metrics = tuple(dice.sample(sorted(declared.metrics), dice.choice([1, 1, 1, 2, 3])))
    possible = sorted(set.intersection(*(set(cuts_of(declared.metrics[m], declared)) for m in metrics)))
    cuts = sorted(declared.dimensions) if dice.random() < 0.1 else possible
    dimensions = dice.sample(cuts, min(len(cuts), dice.choice([0, 0, 1, 1, 2])))
    timely = [dice.choice([*GRAINS, *CYCLES])] if dice.random() < 0.4 else []
    members = {
        "shop": world.shops,
        "category": world.categories,
        "product": tuple(world.products),
        "channel": ("tmall", "jd", "nowhere"),
    }
    where = []
    filtered = sorted(set(members) & set(cuts))
    for name in dice.sample(filtered, min(len(filtered), dice.choice([0, 0, 0, 1, 2]))):
        op = dice.choice(["=", "!=", "in", "not_in", "is_empty", "is_not_empty"])
        count = 0 if "empty" in op else 1 if op in ("=", "!=") else 2
        where.append(Filter(name, op, tuple(dice.sample(members[name], count))))  # type: ignore[arg-type]
    return Query(
        metrics=metrics,
        by=(*timely, *dimensions),
        where=tuple(where),
        time=dice.choice(TIMES),
        compare=dice.choice([None, None, *COMPARISONS]),  # type: ignore[arg-type]
        order=(Order(metrics[0], dice.random() < 0.5),) if dice.random() < 0.3 else (),
        limit=dice.choice([None, None, 3, 10]),
        totals=dice.random() < 0.4,
        zone=dice.choice(["", "", "", "shop", "Europe/Berlin"]),
    )


def test_generated_questions_are_answered_the_same_in_both_worlds(pair: Pair) -> None:
    differ, answered = [], 0
    for seed in range(QUERIES // 4):
        query = generated(seed, pair.world, pair.one)
        one, other = said(pair.one, query, pair.rights), said(pair.other, query, pair.rights)
        answered += one.startswith(b"{")
        if one != other:
            differ.append((query, one[:3000], other[:3000]))
    assert not differ, f"{len(differ)} of {QUERIES // 4}: {differ[:3]}"
    assert answered > QUERIES // 40, "most questions cannot be answered at all: the test would say little"


def test_the_worlds_do_differ_for_who_sees_all(pair: Pair) -> None:
    metrics = ("gross_margin",) if pair.name == "no costs" else ("paid_amount",)
    query = Query(metrics, time=TimeRange("last 30d"))
    assert said(pair.one, query, Rights()) != said(pair.other, query, Rights())


def test_the_members_that_filters_and_search_offer_are_the_same(pair: Pair) -> None:
    for dimension, metric in OFFERED.items():
        query = Query((metric,), (dimension,), order=(Order(metric),), limit=200)
        assert said(pair.one, query, pair.rights) == said(pair.other, query, pair.rights), dimension


def test_the_frames_of_every_ready_board_are_the_same(pair: Pair) -> None:
    async def frames(desk: Desk) -> dict[str, bytes]:
        with ThreadPoolExecutor(2) as pool:
            live = Live(desk.boards, desk.planner, desk.reader, desk.standing, FixedClock(NOW), pool)
            found = {}
            everything = await live.open(View("live-today"), Rights())  # somebody else's answers lie in the same book
            for board in desk.boards.all():
                where = (
                    (Filter("product", "in", (next(iter(pair.world.products)),)),) if board.subject == "product" else ()
                )
                found[board.id] = (await live.open(View(board.id, where=where), pair.rights)).frame
            assert everything.frame != found["live-today"]
            return found

    one, other = asyncio.run(frames(pair.one)), asyncio.run(frames(pair.other))
    for board in one:
        tiles, others = (msgspec.json.decode(each[board])["tiles"] for each in (one, other))
        assert [t["tile"] for t, o in zip(tiles, others, strict=True) if t != o] == [], board
        assert one[board] == other[board]


def test_no_name_of_a_hidden_shop_is_in_any_answer(pair: Pair) -> None:
    shops = next((f.values for f in pair.rights.where if f.dimension == "shop"), None)
    if shops is None:
        pytest.skip("this reader sees all shops")
    hidden = [shop.encode() for shop in pair.world.shops if shop not in shops]
    for seed in range(100):
        query = generated(seed, pair.world, pair.one)
        named = {value.encode() for f in query.where for value in f.values}
        answer = said(pair.one, query, pair.rights)
        assert [shop for shop in hidden if shop in answer and shop not in named] == []
