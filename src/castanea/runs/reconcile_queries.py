"""What a reconciliation reads: per day what a platform reports and what we count, and per order what may explain a difference.

Amounts are in the report's currency (the workspace's where rates are known); days are those of the shop's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from castanea.contracts.warehouse import Reader
from castanea.warehouse.days import day_expression

Row = dict[str, Any]
_COUNTS = "excluded IS NOT TRUE AND kind NOT IN ('adjustment', 'part')"
# one row per order: what its lines say, whoever counts them
_LINES = """
SELECT shop_id, order_id,
  coalesce(sum(CASE WHEN paid_time IS NULL THEN report_amount ELSE report_paid END) FILTER (WHERE kind NOT IN ('adjustment', 'part')
    AND excluded_why IS DISTINCT FROM 'stand_in'), 0) AS paid,
  coalesce(sum(quantity) FILTER (WHERE kind = 'product' AND excluded_why IS DISTINCT FROM 'stand_in'), 0) AS units,
  coalesce(sum(report_paid) FILTER (WHERE kind = 'shipping'), 0) AS freight,
  coalesce(sum(report_paid) FILTER (WHERE kind = 'tax'), 0) AS tax,
  coalesce(sum(report_discount) FILTER (WHERE borne_by = 'platform'), 0) AS coupon,
  coalesce(sum(quantity) FILTER (WHERE kind = 'product' AND report_amount = 0 AND excluded IS NOT TRUE), 0) AS gifts
FROM fact.order_line WHERE shop_id = ? AND order_id IN (SELECT order_id FROM asked) GROUP BY ALL
"""


class Books:
    """The figures of one shop, by the days of its zone."""

    def __init__(self, reader: Reader, shop: str, zone: str) -> None:
        self._reader, self.shop, self._zone = reader, shop, zone
        self.zone = ZoneInfo(zone)

    def theirs(self, since: date, until: date) -> list[Row]:
        """Daily rows of the platform for the whole shop, the newest of each."""
        return self._rows(
            "SELECT day, platform, coalesce(nullif(currency, ''), '') AS currency, paid_amount, refunded_amount, ordered_amount, orders, units "
            "FROM fact.platform_daily WHERE shop_id = ? AND scope = 'shop' AND days = 1 AND day BETWEEN ? AND ? "
            "QUALIFY row_number() OVER (PARTITION BY day, platform, member ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1 ORDER BY day, platform",
            since, until,
        )  # fmt: skip

    def ours(self, since: date, until: date) -> dict[date, Row]:
        """What we count by day: paid_amount, ordered_amount, units, orders, refunded_amount; unknown days are not in it."""
        parts = [
            self._daily("order_line", "paid_time", _COUNTS, "sum(report_paid) AS paid_amount"),
            self._daily("order_line", "order_time", _COUNTS, "sum(report_amount) AS ordered_amount"),
            self._daily("order_line", "paid_time", f"{_COUNTS} AND kind = 'product'", "sum(quantity) AS units"),
            self._daily('"order"', "paid_time", "test IS NOT TRUE", "count(*) AS orders"),
            self._daily("refund", "effective_time", "status = 'succeeded' AND excluded IS NOT TRUE", "sum(report_amount) AS refunded_amount"),
        ]  # fmt: skip
        found: dict[date, Row] = {}
        for part in parts:
            for row in self._rows(part, since, until):
                found.setdefault(row.pop("day"), {}).update(row)
        return found

    def orders_of(self, first: date, last: date) -> list[Row]:
        """Orders paid, or placed and not paid, on these days: day, time, what they paid, and what may explain a difference."""
        day = day_expression("coalesce(paid_time, order_time)", self._zone)
        asked = (
            f"SELECT order_id, {day} AS day, coalesce(paid_time, order_time) AS time, paid_time IS NOT NULL AS is_paid, paid_by, status, "
            f'coalesce(test, false) AS test FROM fact."order" WHERE shop_id = ? AND {day} BETWEEN ? AND ? '
            "QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1"
        )
        return self._rows(
            f"WITH asked AS ({asked}), line AS ({_LINES}) SELECT a.*, coalesce(l.paid, 0) AS paid, coalesce(l.units, 0) AS units, "
            "coalesce(l.freight, 0) AS freight, coalesce(l.tax, 0) AS tax, coalesce(l.coupon, 0) AS coupon, coalesce(l.gifts, 0) AS gifts "
            "FROM asked a LEFT JOIN line l ON l.order_id = a.order_id ORDER BY a.time, a.order_id",
            first, last, self.shop,
        )  # fmt: skip

    def deposits(self, day: date) -> list[Row]:
        """Deposits of the day (counted: no), and deposits of orders whose balance was paid on it (counted that day: yes)."""
        at, whole = day_expression("time", self._zone), day_expression("paid_time", self._zone)
        return self._rows(
            f"SELECT order_id, CASE WHEN {at} = ? THEN -report_amount ELSE report_amount END AS paid FROM fact.payment WHERE shop_id = ? "
            f"AND kind = 'deposit' AND status = 'succeeded' AND ({at} = ?) <> coalesce({whole} = ?, false)",
            day, day, day, leading=1,
        )  # fmt: skip

    def orphans(self, day: date) -> list[Row]:
        """Payments of the day whose order is not known."""
        return self._rows(
            f"SELECT order_id, -report_amount AS paid FROM fact.payment WHERE shop_id = ? AND status = 'succeeded' AND order_time IS NULL "
            f"AND kind <> 'deposit' AND {day_expression('time', self._zone)} = ?",
            day,
        )

    def refunds_of(self, first: date, last: date) -> list[Row]:
        """Refunds that succeeded, by the day they count on, with the day they were asked for."""
        day, asked = day_expression("effective_time", self._zone), day_expression("asked_time", self._zone)
        return self._rows(
            f"SELECT coalesce(order_id, refund_id) AS order_id, {day} AS day, effective_time AS time, {asked} AS asked_day, "
            "refund_time IS NULL AS undated, kind, report_amount AS refunded FROM fact.refund WHERE shop_id = ? AND status = 'succeeded' "
            f"AND excluded IS NOT TRUE AND ({day} BETWEEN ? AND ? OR {asked} BETWEEN ? AND ?) ORDER BY effective_time, refund_id",
            first, last, first, last,
        )  # fmt: skip

    def settled(self, since: date, until: date) -> list[Row]:
        """Orders paid on these days, and settled orders that we do not know, where the two differ: ours, theirs, and what may explain it."""
        day, at = day_expression("paid_time", self._zone), day_expression("time", self._zone)
        goods = "item IN ('goods', 'refund', 'subsidy') OR item IS NULL OR item = '' OR (item = 'freight' AND direction = 'in')"
        signed = "CASE WHEN direction = 'in' THEN amount ELSE -amount END"
        return self._rows(
            f"""
WITH asked AS (SELECT order_id, {day} AS day, status, coalesce(test, false) AS test FROM fact."order" WHERE shop_id = ? AND {day} BETWEEN ? AND ?
  QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY _version DESC, _occurrence DESC, _content DESC) = 1),
line AS ({_LINES}),
back AS (SELECT order_id, sum(report_amount) AS refunded FROM fact.refund WHERE shop_id = ? AND status = 'succeeded' AND excluded IS NOT TRUE GROUP BY ALL),
paid_out AS (SELECT order_id, min({at}) AS settled_day, coalesce(sum({signed}) FILTER (WHERE {goods}), 0) AS theirs,
  coalesce(sum({signed}) FILTER (WHERE NOT ({goods})), 0) AS fees FROM fact.settlement_line WHERE shop_id = ? AND coalesce(order_id, '') <> '' GROUP BY ALL),
strange AS (SELECT * FROM paid_out WHERE settled_day BETWEEN ? AND ? AND order_id NOT IN (SELECT order_id FROM fact."order" WHERE shop_id = ?))
SELECT a.order_id, a.day, a.status, a.test, coalesce(l.paid, 0) AS paid, coalesce(l.freight, 0) AS freight, coalesce(l.tax, 0) AS tax,
  coalesce(l.coupon, 0) AS coupon, coalesce(b.refunded, 0) AS refunded, s.theirs, coalesce(s.fees, 0) AS fees, true AS known
FROM asked a LEFT JOIN line l ON l.order_id = a.order_id LEFT JOIN back b ON b.order_id = a.order_id LEFT JOIN paid_out s ON s.order_id = a.order_id
UNION ALL BY NAME
SELECT order_id, settled_day AS day, NULL AS status, false AS test, 0 AS paid, 0 AS freight, 0 AS tax, 0 AS coupon, 0 AS refunded, theirs, fees,
  false AS known FROM strange
ORDER BY day, order_id
""",
            since, until, self.shop, self.shop, self.shop, since, until, self.shop,
        )  # fmt: skip

    def _daily(self, table: str, clock: str, where: str, what: str) -> str:
        day = day_expression(clock, self._zone)
        return f"SELECT {day} AS day, {what} FROM fact.{table} WHERE shop_id = ? AND {where} AND {day} BETWEEN ? AND ? GROUP BY 1"

    def _rows(self, sql: str, *parameters: Any, leading: int = 0) -> list[Row]:
        """`leading`: how many parameters stand before the shop's."""
        values: Sequence[Any] = (*parameters[:leading], self.shop, *parameters[leading:])
        rows: list[Row] = self._reader.fetch(sql, values).to_pylist()
        return rows
