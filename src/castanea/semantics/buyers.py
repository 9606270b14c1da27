"""Purchases by buyer: the rows that make the paid amount, added up per pseudonymous buyer and order."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.query import Period, Query, TimeRange
from castanea.contracts.warehouse import Reader
from castanea.kit.errors import InputError
from castanea.semantics.fact_rows import FactRows
from castanea.semantics.question import can_cut
from castanea.semantics.templates import col, named, piece

_MEASURE = "paid"


@dataclass(frozen=True)
class Purchases:
    """`table`: buyer (a pseudonym, text), at (TIMESTAMP, UTC), paid (DECIMAL, in `currency`); a row an order.
    For use inside the warehouse's process: who asks is told groups only."""

    table: pa.Table
    period: Period
    currency: str


def purchases_query(asked: BuyerQuestion) -> Query:
    """The figures that a reader must be allowed to see to be told of buyers, with the filters and the time of the question."""
    time = TimeRange(f"last {asked.days}d") if asked.kind == "segments" else TimeRange()
    return Query(("paid_amount", "buyers"), where=asked.where, time=time)


class PurchaseReader(FactRows):
    """Reads the purchases of a question."""

    def read(self, reader: Reader) -> Purchases:
        """Raises InputError for a filter that paid order lines do not know."""
        declared = self.catalog.declared
        measure = declared.measures[_MEASURE]
        for bound in self.question.where:
            if not can_cut(measure, bound.dimension, declared):
                raise InputError(
                    f"purchases cannot be filtered by {bound.dimension}; choose something that an order is known by (shop, channel, product)",
                    code="buyers.filter",
                    values={"dimension": bound.dimension},
                )
        part = measure.parts[0]
        shop = self.shop()
        scan = self.scan(part, shop)
        buyer = col("customer_id", "f")
        columns: list[exp.Expr] = [
            named(exp.cast(buyer.copy(), "VARCHAR"), "buyer"),
            named(exp.Min(this=scan.stamp), "at"),
            named(exp.Sum(this=exp.cast(scan.valued(part.value, part), "DECIMAL(18, 4)")), "paid"),
        ]
        tree = scan.select(columns, [scan.valued(part.where, part), piece("_x IS NOT NULL", x=buyer)])
        tree = tree.group_by(buyer.copy(), col("shop_id", "f"), col("order_id", "f"))
        table = reader.fetch(tree.sql(dialect=self.dialect), self.values(shop))
        scope = self.zones[0].scope
        return Purchases(table, Period(scope.start, scope.end, scope.zone.key, scope.complete), self.currency)


__all__ = ["PurchaseReader", "Purchases", "purchases_query"]
