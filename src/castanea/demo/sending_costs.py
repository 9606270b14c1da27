"""What things cost, by contract and validity, and what bundles and gifts are made of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from castanea.demo.arrow import cents, constant, decimals, quantities
from castanea.demo.catalogue import COST_RAISED_ON
from castanea.demo.incidents import day_of
from castanea.demo.sending import dates, sent
from castanea.demo.sending_orders import SHOPS
from castanea.demo.world import CHANNELS, World

RATE = pa.decimal128(18, 8)


class Contract(NamedTuple):
    """Amount in cents or share in ten-thousandths; empty `shop` and `product` = all."""

    cost_id: str
    kind: str
    first: date
    last: date | None = None
    shop: str | None = None
    product: str | None = None
    amount: int | None = None
    share: int | None = None
    per: str | None = None


def cost_facts(world: World, origin: int) -> pa.Table:
    contracts = [*_goods(world), *_running(world)]
    amounts, shares = np.array([c.amount or 0 for c in contracts]), np.array([c.share or 0 for c in contracts])
    return sent("cost", {
        "cost_id": pa.array([c.cost_id for c in contracts]), "kind": pa.array([c.kind for c in contracts]),
        "shop_id": pa.array([c.shop for c in contracts], pa.string()), "product_id": pa.array([c.product for c in contracts], pa.string()),
        "amount": cents(amounts, missing=np.array([c.amount is None for c in contracts])),
        "share": decimals(shares, scale=4, type_=RATE, missing=np.array([c.share is None for c in contracts])),
        "per": pa.array([c.per for c in contracts], pa.string()), "currency": constant("CNY", len(contracts)),
        "valid_from": dates([c.first for c in contracts]), "valid_until": pa.array([c.last for c in contracts], pa.date32()),
    }, np.full(len(contracts), origin))  # fmt: skip


def part_facts(world: World, origin: int) -> pa.Table:
    catalogue = world.catalogue
    with_gift = np.flatnonzero(catalogue.gift >= 0)
    whole = np.r_[catalogue.bundles, with_gift]
    parts = np.r_[catalogue.part[catalogue.bundles], catalogue.gift[with_gift]]
    units = np.r_[catalogue.part_units[catalogue.bundles], np.ones(len(with_gift), dtype=np.int64)]
    gift = np.arange(len(whole)) >= len(catalogue.bundles)
    return sent("bundle_part", {
        "product_id": pa.array([catalogue.ids[p] for p in whole], pa.string()), "part_id": pa.array([catalogue.ids[p] for p in parts], pa.string()),
        "quantity": quantities(units), "gift": pa.array(gift),
    }, np.full(len(whole), origin))  # fmt: skip


def _goods(world: World) -> list[Contract]:
    """Two contracts per product, before and after the suppliers raised their prices; bundles cost what their parts do."""
    catalogue, config = world.catalogue, world.config
    first, raised = day_of(config, config.first_index) - timedelta(days=400), day_of(config, COST_RAISED_ON)
    before, after = catalogue.cost_on(COST_RAISED_ON - 1), catalogue.cost_on(COST_RAISED_ON)
    bundles = set(catalogue.bundles.tolist())
    found = []
    for p, name in enumerate(catalogue.ids):
        if p not in bundles and before[p] >= 0:
            found.append(
                Contract(
                    f"G-{name}",
                    "goods",
                    first,
                    raised - timedelta(days=1),
                    product=name,
                    amount=int(before[p]),
                    per="unit",
                )
            )
            found.append(Contract(f"G-{name}", "goods", raised, product=name, amount=int(after[p]), per="unit"))
    return found


def _running(world: World) -> list[Contract]:
    """Everything but the goods, by shop. Carriers raise their price for the winter season."""
    config = world.config
    first = day_of(config, config.first_index) - timedelta(days=400)
    winter = day_of(config, -45)
    shop = dict(zip(CHANNELS, SHOPS, strict=True))
    commission = {"tmall": 500, "douyin": 500, "jd": 800, "pinduoduo": 60}
    return [
        *(Contract(f"C-{c}", "commission", first, shop=shop[c], share=share) for c, share in commission.items()),
        *(
            Contract(f"P-{c}", "payment_fee", first, shop=shop[c], share=290 if c == "shopify" else 60)
            for c in CHANNELS
        ),
        Contract("F-1", "freight", first, winter - timedelta(days=1), amount=620, per="order"),
        Contract("F-1", "freight", winter, amount=690, per="order"),
        Contract("K-1", "packing", first, amount=115, per="order"),
        *(
            Contract(f"R-{c}", "return_insurance", first, shop=shop[c], amount=60, per="order")
            for c in ("tmall", "douyin")
        ),
        Contract("I-douyin", "influencer", first, shop=shop["douyin"], share=700),
        Contract("A-1", "advertising", first, amount=30, per="order"),
        Contract("O-1", "other", first, amount=20, per="order"),
    ]
