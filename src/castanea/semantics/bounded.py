"""What answers say about the data as a whole, for readers who see parts only: looked up inside those parts.

A reader of one shop must not learn from a note, a score or a time how many other shops there are, how much of their files was refused, or
when their last order came.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlglot import exp

from castanea.contracts.query import Filter, Rights
from castanea.contracts.warehouse import Reader
from castanea.semantics.facts_read import Surroundings
from castanea.semantics.templates import Parameters, all_of, col

_RECENT = timedelta(days=2)  # single events are looked at this far back: only the newest matters


def read_bounded(reader: Reader, rights: Rights, now: datetime, dialect: str) -> Surroundings:
    """The surroundings as these rights leave them. Nothing is told of refused rows, which belong to no shop. `as_of` is the newest order,
    refund or event that the reader may see."""
    shops = reader.fetch(
        *_statement(
            "shop", ["shop_id", "MAX(zone) AS zone", "MAX(platform) AS platform"], rights, dialect, group="shop_id"
        )
    )
    zones: dict[str, list[str]] = {}
    for shop, zone in sorted(zip(shops.column("shop_id").to_pylist(), shops.column("zone").to_pylist(), strict=True)):
        zones.setdefault(zone or "", []).append(shop)
    lines = reader.fetch(
        *_statement(
            "order_line",
            ["MIN(paid_time) AS first", "MAX(order_time) AS placed", "MAX(paid_time) AS paid"],
            rights,
            dialect,
        )
    )
    newest = [lines.column("placed")[0].as_py(), lines.column("paid")[0].as_py()]
    first_event = None
    if not any(f.dimension == "category" for f in rights.where):
        since = now.astimezone(UTC).replace(tzinfo=None) - _RECENT
        seen = reader.fetch(*_statement("web_event", ["MAX(time) AS newest"], rights, dialect, since=since))
        newest.append(seen.column("newest")[0].as_py())
        first_event = reader.fetch(*_statement("web_event", ["MIN(time) AS first"], rights, dialect)).column("first")[0]
        first_event = first_event.as_py()
    known = [at.replace(tzinfo=UTC) for at in newest if at is not None]
    first = lines.column("first")[0].as_py()
    return Surroundings(
        shop_zones={zone: tuple(names) for zone, names in zones.items()},
        shops=shops.num_rows,
        platforms=len(set(shops.column("platform").to_pylist())),
        first_order=first.replace(tzinfo=UTC) if first else None,
        first_event=first_event.replace(tzinfo=UTC) if first_event else None,
        as_of=min(max(known), now.astimezone(UTC)) if known else None,
    )


def _statement(
    table: str, columns: list[str], rights: Rights, dialect: str, *, group: str = "", since: datetime | None = None
) -> tuple[str, list[object]]:
    parameters, values = Parameters(), list[object]()
    conditions: list[exp.Expr] = []
    for n, bound in enumerate(rights.where):
        inside = _within(bound, table, parameters, n)
        if inside is not None:
            conditions.append(inside)
            values += list(bound.values)
    if since is not None:
        values.append(since)
        conditions.append(exp.GTE(this=col("time"), expression=parameters.bind("since")))
    source = exp.table_(exp.to_identifier(table, quoted=True), db="fact")
    tree = exp.select(*columns).from_(source)
    condition = all_of(conditions)
    if condition is not None:
        tree = tree.where(condition)
    if group:
        tree = tree.group_by(group)
    return tree.sql(dialect=dialect), values


def _within(bound: Filter, table: str, parameters: Parameters, number: int) -> exp.Expr | None:
    """The condition of a rule on a table that knows its dimension; a rule that lets nothing through lets nothing through."""
    if bound.op != "in":
        return exp.false() if bound.op == "is_empty" else None  # rules hold these two in pairs, which nothing fulfils
    if bound.dimension != "shop" and (bound.dimension != "category" or table != "order_line"):
        return None
    values = [parameters.bind("rule", number, n) for n in range(len(bound.values))]
    if bound.dimension == "shop":
        return exp.In(this=col("shop_id"), expressions=values)
    products = exp.select("product_id").from_(exp.table_(exp.to_identifier("product", quoted=True), db="fact"))
    inside = products.where(exp.In(this=col("category"), expressions=values))
    return exp.In(this=col("product_id"), query=exp.Subquery(this=inside))
