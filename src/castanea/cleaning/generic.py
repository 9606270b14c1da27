"""A format for a file that no known one fits, guessed from its columns' names; it is shown before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import yaml

from castanea.contracts.mappings import Mapping, parse_mapping, shipped_data
from castanea.contracts.mappings.spelling import plain_name

NAME = "generic"


def guess_mapping(header: Sequence[str], sample: pl.DataFrame) -> Mapping | None:
    """An order-line format over the columns whose names are known words for its parts; None when there is no order, time or amount."""
    concepts: dict[str, dict[str, object]] = shipped_data("concepts")["order_line"]
    columns: dict[str, dict[str, object]] = {}
    taken: set[str] = set()
    for concept, told in concepts.items():
        names = {plain_name(str(n)) for n in told["names"]}  # type: ignore[attr-defined]
        found = next((h for h in header if h not in taken and plain_name(h) in names), None)
        if found is not None:
            columns[concept] = {"names": [found], "type": told["type"], "needed": bool(told.get("needed"))}
            if "privacy" in told:
                columns[concept]["privacy"] = told["privacy"]
            taken.add(found)
    del sample
    if not {"order_id", "order_time"} <= set(columns) or not ({"amount", "unit_price"} & set(columns)):
        return None
    return parse_mapping(
        yaml.safe_dump(_told(set(columns), columns), allow_unicode=True, sort_keys=False), "the guessed format"
    )


def _told(has: set[str], columns: dict[str, dict[str, object]]) -> dict[str, object]:
    units = "first(quantity, 1)" if "quantity" in has else "1"
    amount = "amount" if "amount" in has else f"{units} * unit_price"
    line: dict[str, object] = {"order_id": "order_id", "kind": {"is": "product"}, "amount": amount, "quantity": units}
    line.update({n: n for n in ("line_id", "product_id", "title", "unit_price") if n in has})
    order: dict[str, object] = {"order_id": "order_id", "order_time": "order_time"}
    # a source that knows no payment of its own: an order is paid when it is ordered
    order["pay_time"] = "pay_time" if "pay_time" in has else "order_time"
    order["status"] = "choose(filled(pay_time), 'paid', 'placed')" if "pay_time" in has else {"is": "paid"}
    order.update(
        {
            n: n
            for n in ("customer_id", "customer_name", "phone", "email", "address", "channel_id", "city", "country")
            if n in has
        }
    )
    if "province" in has:
        order["province"] = "province(province_name)" if "province_name" in has else "province(province)"
    rows = [{"table": "order_line", "set": line}]
    also: list[dict[str, object]] = [{"table": "order", "once": "order_id", "set": order}]
    if "refund" in has:
        refund = {
            "refund_id": "{order_id}",
            "order_id": "order_id",
            "status": {"is": "succeeded"},
            "amount": "abs(refund)",
        }
        also.append({"table": "refund", "when": "first(refund, 0) != 0", "set": refund})
    if "product_id" in has and ({"title", "category"} & has):
        product = {
            "product_id": "product_id",
            **({"name": "title"} if "title" in has else {}),
            **({"category": "category"} if "category" in has else {}),
        }
        also.append({"table": "product", "once": "product_id", "when": "filled(product_id)", "set": product})
    return {
        "format": NAME, "version": 1, "label": {"zh-CN": "猜出的格式", "en": "Guessed format"}, "kind": "orders",
        "source": "guessed from the names of the columns", "columns": columns, "rows": rows, "also": also,
    }  # fmt: skip
