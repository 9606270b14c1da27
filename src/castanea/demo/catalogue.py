"""What Hillside sells: eight categories, a few hundred products with prices, costs, popularity and suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from castanea.demo.arrow import Flags, Floats, Ints
from castanea.kit.yaml_reading import load_yaml

Words = list[list[str]]


class _Category(NamedTuple):
    """Names, base price in yuan, refund rate, cost as a share of the price, the month of its season, what there is, in which packs."""

    name: list[str]
    price: float
    refund_rate: float
    cost: float
    peak_month: int
    goods: Words
    packs: Words


def _categories() -> list[_Category]:
    entries = load_yaml((files("castanea.demo") / "catalogue.yaml").read_text(encoding="utf-8"))
    return [_Category(**entry) for entry in entries]


SUPPLIERS = (
    ("S01", "武夷茶厂", "Wuyi tea works", 9), ("S02", "燕山栗园", "Yanshan chestnut farm", 12), ("S03", "景德镇窑", "Jingdezhen kiln", 21),
    ("S04", "呼伦毛纺", "Hulun wool mill", 18), ("S05", "徽州纸坊", "Huizhou paper mill", 14), ("S06", "岭南香坊", "Lingnan incense house", 11),
    ("S07", "永康五金", "Yongkang metalware", 15),
)  # fmt: skip
COST_RAISED_ON, COST_RAISE = -120, 1.03
# by rank of popularity: bundles of two of the next product, products that come with a gift and the gift, products without a cost contract
BUNDLES, WITH_GIFT, GIFT, UNCOSTED = (40, 52, 64, 76), (11, 17), 58, (70, 71)
_SUPPLIER_OF = (0, 1, 2, 3, 1, 5, 4, 6)


@dataclass(frozen=True)
class Catalogue:
    """One entry per product. Prices and costs in cents, popularity adds up to 1, `category` indexes `categories`.

    A bundle takes `part_units` units of its `part` from stock (any other product one of itself); `gift` is what comes with it, −1 = none."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    spus: tuple[str, ...]
    packs: tuple[str, ...]
    categories: tuple[str, ...]
    subcategories: tuple[str, ...]
    category: Ints
    price: Ints
    cost: Ints
    popularity: Floats
    refund_rate: Floats
    peak_month: Ints
    supplier: Ints
    lead_days: Ints
    part: Ints
    part_units: Ints
    gift: Ints

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def bundles(self) -> Ints:
        """The products that are bundles."""
        return np.flatnonzero(self.part != np.arange(self.count))

    def cost_on(self, index: int) -> Ints:
        """Cost of one unit in cents by the day's contract; −1 = no contract is known. Suppliers raised their prices once."""
        raised = np.round(self.cost * COST_RAISE).astype(np.int64) if index >= COST_RAISED_ON else self.cost
        raised = np.where(self.part == np.arange(self.count), raised, raised[self.part] * self.part_units)
        return np.where(self._uncosted(), -1, raised)

    def _uncosted(self) -> Flags:
        rank = np.argsort(np.argsort(-self.popularity, kind="stable"), kind="stable")
        return np.isin(rank, UNCOSTED)

    @property
    def best_seller(self) -> int:
        return int(np.argmax(self.popularity))


def build_catalogue(rng: np.random.Generator, count: int, language: Literal["zh", "en"]) -> Catalogue:
    word = 0 if language == "zh" else 1
    kinds = _categories()
    variants = [
        (c, i, p) for c, entry in enumerate(kinds) for i in range(len(entry.goods)) for p in range(len(entry.packs))
    ]
    editions = (
        ("", " · 春", " · 夏", " · 秋", " · 冬")
        if language == "zh"
        else ("", " · spring", " · summer", " · autumn", " · winter")
    )
    chosen = [(v, e) for e in range(len(editions)) for v in variants][:count]
    category = np.array([v[0] for v, _ in chosen])
    base = np.array([kinds[c].price for c in category], dtype=float)
    step = np.array([1 + 0.55 * v[2] for v, _ in chosen])
    price = np.round(base * step * np.exp(rng.normal(0, 0.18, len(chosen)))) * 100 - 10
    rank = rng.permutation(len(chosen))
    rank[int(np.argmin(rank))] = rank[0]
    rank[0] = 0  # the first product is the best seller, in every world
    popularity = 1 / (rank + 6.0) ** 0.95
    share = np.array([kinds[c].cost for c in category]) * np.exp(rng.normal(0, 0.08, len(chosen)))
    supplier = np.array([_SUPPLIER_OF[c] for c in category])
    part, part_units, gift = _parts(popularity)
    price = np.where(part_units > 1, np.round(price[part] * part_units * 0.0092) * 100 - 10, price)
    bundle = ("组合装", "bundle")[word]
    names = [f"{kinds[c].goods[i][word]} {kinds[c].packs[p][word]}{editions[e]}" for (c, i, p), e in chosen]
    names = [n if part[i] == i else f"{names[part[i]]} ×{part_units[i]} {bundle}" for i, n in enumerate(names)]
    return Catalogue(
        ids=tuple(f"HS-{c + 1}{i:02d}{p}{e}" for (c, i, p), e in chosen),
        names=tuple(names),
        spus=tuple(f"HS-{c + 1}{i:02d}" for (c, i, _), _ in chosen),
        packs=tuple(kinds[c].packs[p][word] for (c, _, p), _ in chosen),
        categories=tuple(entry.name[word] for entry in kinds),
        subcategories=tuple(kinds[c].goods[i][word] for (c, i, _), _ in chosen),
        category=category,
        price=price.astype(np.int64),
        cost=np.round(price * np.clip(share, 0.2, 0.8)).astype(np.int64),
        popularity=popularity / popularity.sum(),
        refund_rate=np.array([kinds[c].refund_rate for c in category]),
        peak_month=np.array([kinds[c].peak_month for c in category]),
        supplier=supplier,
        lead_days=np.array([SUPPLIERS[s][3] for s in supplier]),
        part=part,
        part_units=part_units,
        gift=gift,
    )


def _parts(popularity: Floats) -> tuple[Ints, Ints, Ints]:
    """Part and its units of every product, and its gift (−1 = none)."""
    by_rank = np.argsort(-popularity, kind="stable")
    part, units, gift = (
        np.arange(len(popularity)),
        np.ones(len(popularity), dtype=np.int64),
        np.full(len(popularity), -1),
    )
    for rank in (r for r in BUNDLES if r + 1 < len(popularity)):
        part[by_rank[rank]], units[by_rank[rank]] = by_rank[rank + 1], 2
    for rank in (r for r in WITH_GIFT if len(popularity) > GIFT):
        gift[by_rank[rank]] = by_rank[GIFT]
    return part, units, gift
