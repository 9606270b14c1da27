"""A file that names no shop goes to the shop of its own orders; where that is not sure, it is refused with the choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from castanea.contracts.warehouse import Reader
from castanea.kit.errors import InputError

MOST = 2_000  # orders of a file that are looked up


class OrderShop(msgspec.Struct, frozen=True):
    """`orders` of the asked ones that stand in the shop, and `lines`: those of which it has lines but no order."""

    shop: str
    orders: int
    lines: int


Known = Callable[[Sequence[str]], Sequence[OrderShop]]

_SHOPS = """
WITH asked AS (SELECT unnest(?::VARCHAR[]) AS order_id),
known AS (SELECT DISTINCT shop_id, order_id FROM fact."order" SEMI JOIN asked USING (order_id)),
lined AS (SELECT shop_id, order_id FROM fact."order_line" SEMI JOIN asked USING (order_id)
          UNION SELECT shop_id, order_id FROM fact."refund" SEMI JOIN asked USING (order_id)),
each AS (SELECT shop_id, 1 AS orders, 0 AS lines FROM known
         UNION ALL SELECT shop_id, 0, 1 FROM (SELECT * FROM lined EXCEPT SELECT * FROM known))
SELECT shop_id AS shop, sum(orders)::BIGINT AS orders, sum(lines)::BIGINT AS lines FROM each GROUP BY shop_id ORDER BY shop_id
"""


@dataclass(frozen=True)
class Paired:
    """The shop for the file's rows, empty = as it was; and what to tell."""

    shop: str = ""
    note: str = ""


def order_shops(reader: Reader, orders: Sequence[str]) -> list[OrderShop]:
    """Where some orders stand in the warehouse."""
    rows = reader.fetch(_SHOPS, [list(orders)[:MOST]]).to_pylist()
    return [OrderShop(row["shop"], int(row["orders"]), int(row["lines"])) for row in rows]


def pair_unnamed(file: str, orders: Sequence[str], known: Known) -> Paired:
    """For a file that names no shop: the one shop that knows its orders. Raises InputError (import.shop_unclear) where several do."""
    shops = [found.shop for found in known(orders) if found.orders] if orders else []
    if len(shops) > 1:
        names = ", ".join(shops)
        raise InputError(
            f"{file} names no shop, and its orders stand in several: {names}. Say which with --shop NAME, "
            "or import the orders of each shop in a file of its own; nothing was imported",
            code="import.shop_unclear",
            values={"file": file, "shops": names},
        )
    if not shops or shops[0] == "main":
        return Paired()
    return Paired(shops[0], f"the file names no shop; its orders stand in shop {shops[0]}, so its rows went there")


def check_named(file: str, orders: Mapping[str, Sequence[str]], known: Known) -> None:
    """For a file that names its shops (shop → its orders): refuse it where lines of these orders wait without an order in `main`.

    Raises InputError (import.lines_elsewhere).
    """
    for shop, numbers in orders.items():
        waiting = sum(found.lines for found in known(numbers) if found.shop == "main" and not found.orders)
        if shop != "main" and waiting:
            raise InputError(
                f"{file}: lines or refunds of {waiting:,} of its orders lie in shop main, from a file that named no shop; these orders are "
                f"of shop {shop}, and the two would never meet. Import this file with --shop main, or take the other import back "
                f"(castanea imports undo) and import it again after this file; nothing was imported",
                code="import.lines_elsewhere",
                values={"file": file, "count": waiting, "shop": shop},
            )
