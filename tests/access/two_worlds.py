"""Two worlds that differ only in what a reader may not see: the simulated shop with all its tables, and the same with hidden rows taken away,
changed and added. Both are landed, loaded and resolved as a real workspace does it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.app import Castanea, Settings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.config import DemoConfig
from castanea.demo.history import Past, tell
from castanea.demo.paying import SECOND
from castanea.demo.world import CHANNELS, World
from castanea.kit.clock import FixedClock
from castanea.runs.desk import Desk
from castanea.runs.workspace import init_workspace

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
Tables = dict[str, pa.Table]
Change = Callable[[str, pa.Table], pa.Table]
MONEY = (pa.types.is_decimal, pa.types.is_floating, pa.types.is_integer)
ORDER = ("shop_id", "order_id")
KEPT = ("_version", "_occurrence", "_row", "days", "window_days", "quantity")


@dataclass(frozen=True)
class Told:
    """The pieces of a past in their order, and what its members are called."""

    pieces: tuple[Tables, ...]
    shops: tuple[str, ...]
    categories: tuple[str, ...]
    products: dict[str, str]  # product → category


def told(seed: int = 7) -> Told:
    """A short past of a small world, every table in it."""
    config = DemoConfig(seed=seed, last_day=NOW.date(), history_days=24, orders_per_day=36.0, products=30, event_days=2)
    pieces = tuple(dict(piece.tables) for piece in tell(Past(World(config), 0), int(NOW.timestamp()) * SECOND))
    first = pieces[0]
    shops = tuple(first["shop"].column("shop_id").to_pylist())
    products = dict(
        zip(
            first["product"].column("product_id").to_pylist(),
            first["product"].column("category").to_pylist(),
            strict=True,
        )
    )
    assert len(shops) == len(CHANNELS)
    return Told(pieces, shops, tuple(sorted(set(filter(None, products.values())))), products)


@contextmanager
def living(folder: Path, pieces: tuple[Tables, ...]) -> Iterator[Desk]:
    """A workspace that these pieces were landed in, loaded."""
    castanea = Castanea(Settings())
    castanea.clock = FixedClock(NOW)  # type: ignore[assignment]
    workspace = init_workspace(folder, WorkspaceSettings("test"))
    with castanea.landing(workspace) as (landing, _):
        for tables in pieces:
            landing.land([_batch(name, rows) for name, rows in tables.items() if rows.num_rows])
        desk = castanea.desk(workspace)
        try:
            while desk.warehouse.apply() is not None:
                pass
            yield desk
        finally:
            desk.close()


def _batch(name: str, rows: pa.Table) -> SentBatch:
    return SentBatch(name, "test", rows)


def changed(pieces: tuple[Tables, ...], change: Change) -> tuple[Tables, ...]:
    return tuple({name: change(name, rows) for name, rows in tables.items()} for tables in pieces)


def other_shops(seen: frozenset[str]) -> Change:
    """Rows of all other shops: some gone, the others with other figures and other currencies. (Rows of no shop, as a contract for all, stay.)"""

    def change(name: str, rows: pa.Table) -> pa.Table:
        if "shop_id" not in rows.column_names:
            return rows
        hidden = ~np.isin(np.array(rows.column("shop_id").to_pylist(), dtype=object), [*seen, None])
        return _other(name, rows, hidden)

    return change


def other_categories(seen: frozenset[str], products: dict[str, str]) -> Change:
    """Whole orders of hidden categories: gone, with all that came of them; products of hidden categories with other names and figures.
    (An order of both kinds stays: what it paid as a whole is shared among its lines.)"""
    out = {product for product, category in products.items() if category not in seen}

    def change(name: str, rows: pa.Table) -> pa.Table:
        if name in (
            "stock_level",
            "stock_movement",
            "receipt",
            "purchase_order",
            "review",
            "listing_snapshot",
            "ad_spend",
        ):
            if "product_id" not in rows.column_names:
                return rows
            return _other(name, rows, np.array([product in out for product in rows.column("product_id").to_pylist()]))
        if name == "product":
            hidden = np.array([product in out for product in rows.column("product_id").to_pylist()])
            names = [f"X {n}" if h else n for n, h in zip(rows.column("name").to_pylist(), hidden, strict=True)]
            at = rows.column_names.index("name")
            return rows.set_column(at, rows.schema.field("name"), pa.array(names, rows.schema.field("name").type))
        return rows

    return change


def without_orders(pieces: tuple[Tables, ...], products: dict[str, str], seen: frozenset[str]) -> tuple[Tables, ...]:
    """The pieces without every second order that holds hidden categories alone, and without what came of it."""
    kinds: dict[str, set[bool]] = {}
    for tables in pieces:
        for line in tables["order_line"].select([*ORDER, "product_id"]).to_pylist() if "order_line" in tables else ():
            if line["product_id"]:
                kinds.setdefault(f"{line['shop_id']}/{line['order_id']}", set()).add(
                    products.get(line["product_id"]) in seen
                )
    gone = pa.array([order for order, kind in kinds.items() if kind == {False} and odd(order)], pa.string())

    def keep(rows: pa.Table) -> pa.Table:
        if not set(ORDER) <= set(rows.column_names):
            return rows
        orders = pc.binary_join_element_wise(*(rows.column(c).cast(pa.string()) for c in ORDER), "/")
        out = pc.is_in(orders, gone)
        if "product_id" in rows.column_names:  # a question about a product that is seen stays, whatever order it names
            shown = pa.array([p for p, category in products.items() if category in seen])
            out = pc.and_(out, pc.invert(pc.is_in(rows.column("product_id").cast(pa.string()), shown)))
        return rows.filter(pc.invert(out))

    return tuple({name: keep(rows) for name, rows in tables.items()} for tables in pieces)


def odd(order: str) -> bool:
    return sum(map(ord, order)) % 2 == 1


def other_costs(name: str, rows: pa.Table) -> pa.Table:
    """All that costs: gone from half of the rows, another figure in the others."""
    if name == "cost":
        return _other(name, rows, np.ones(rows.num_rows, dtype=bool))
    for column in ("cost", "unit_cost", "purchase_price"):
        if column in rows.column_names and name in (
            "order_line",
            "refund",
            "product",
            "stock_movement",
            "receipt",
            "purchase_order",
        ):
            at = rows.column_names.index(column)
            rows = rows.set_column(
                at, rows.schema.field(column), pa.nulls(rows.num_rows, rows.schema.field(column).type)
            )
    return rows


def _other(name: str, rows: pa.Table, hidden: np.ndarray) -> pa.Table:
    dice = random.Random(f"{name} {rows.num_rows}")
    for field in rows.schema:
        if field.name in KEPT or not any(is_kind(field.type) for is_kind in MONEY):
            continue
        grown = [
            None if v is None else v * 3 if h else v
            for v, h in zip(rows.column(field.name).to_pylist(), hidden, strict=True)
        ]
        at = rows.column_names.index(field.name)
        rows = rows.set_column(at, field, pa.array(grown, field.type))
    if "currency" in rows.column_names and name in ("order", "order_line", "refund", "payment"):
        at = rows.column_names.index("currency")
        foreign = ["USD" if h else c for c, h in zip(rows.column("currency").to_pylist(), hidden, strict=True)]
        rows = rows.set_column(at, rows.schema.field("currency"), pa.array(foreign, rows.schema.field("currency").type))
    keys = rows.column("order_id").to_pylist() if "order_id" in rows.column_names else range(rows.num_rows)
    gone = np.array(
        [
            bool(h) and (odd(str(k)) if isinstance(k, str) else dice.random() < 0.5)
            for k, h in zip(keys, hidden, strict=True)
        ]
    )
    return rows.filter(pa.array(~gone)) if rows.num_rows else rows
