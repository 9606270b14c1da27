"""The derived columns of orders: when they were paid and how that is known, when they were sent. The rules are in docs/explanation/money.md."""

from __future__ import annotations

from castanea.warehouse.references import References

_ON = "{0}.shop_id = c.shop_id AND {0}.order_id = c.order_id"


def orders(current: str, known: References, *, payments: str, shipments: str) -> str:
    """A query of the resolved orders. `payments`, `shipments`: queries of theirs as they stand; empty where there are none.

    `_presale` is true while a deposit is paid and the balance is not.
    """
    currency = known.own_currency("nullif(c.currency, '')")
    rate, rate_join = known.rate(currency, "c.order_time")
    joins = [known.shop_join("c"), rate_join]
    # pay_time of an order that stands at its deposit is the deposit's
    whole, deposit, at_deposit = "NULL::TIMESTAMP", "false", "coalesce(c.status = 'deposit_paid', false)"
    if payments:
        joins.append(_paid(payments))
        whole, deposit = "p.whole", "p.deposit IS NOT NULL"
        at_deposit += " OR coalesce(c.pay_time <= p.deposit, false)"
    sent, delivered = "c.shipped_time", "NULL::TIMESTAMP"
    if shipments:
        joins.append(_sent(shipments))
        sent, delivered = "coalesce(c.shipped_time, s.sent)", "s.delivered"
    own = f"CASE WHEN NOT ({at_deposit}) THEN c.pay_time END"
    on_delivery = "coalesce(c.cash_on_delivery, false)"
    receipt = f"CASE WHEN {on_delivery} THEN coalesce(c.received_time, {delivered}) END"
    told = f"c.status = 'done' OR (c.status IN ('paid', 'shipped', 'refunded') AND NOT {on_delivery})"
    by_status = f"CASE WHEN ({told}) AND NOT ({deposit}) THEN c.order_time END"
    steps = (("pay_time", own), ("payment", whole), ("receipt", receipt), ("status", by_status))
    paid_by = " ".join(f"WHEN ({value}) IS NOT NULL THEN '{name}'" for name, value in steps)
    paid = f"coalesce({', '.join(value for _, value in steps)})"
    presale = f"{paid} IS NULL AND ({deposit} OR {at_deposit}) AND coalesce(c.status NOT IN ('cancelled', 'closed', 'refunded'), true)"
    return (
        f"SELECT c.*, {paid} AS paid_time, CASE {paid_by} END AS paid_by, {sent} AS sent_time, {presale} AS _presale, "
        f"{known.report_currency(currency, rate)} AS report_currency FROM ({current}) c {' '.join(joins)}"
    )


def _paid(payments: str) -> str:
    return (
        "LEFT JOIN (SELECT shop_id, order_id, max(time) FILTER (WHERE kind IN ('full', 'balance')) AS whole, "
        f"max(time) FILTER (WHERE kind = 'deposit') AS deposit FROM ({payments}) WHERE status = 'succeeded' GROUP BY ALL) p ON {_ON.format('p')}"
    )


def _sent(shipments: str) -> str:
    return (
        "LEFT JOIN (SELECT shop_id, order_id, min(shipped_time) AS sent, max(delivered_time) FILTER (WHERE status = 'delivered') AS delivered "
        f"FROM ({shipments}) WHERE order_id IS NOT NULL GROUP BY ALL) s ON {_ON.format('s')}"
    )
