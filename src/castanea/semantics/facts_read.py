"""What the planner asks the warehouse besides the question itself: the data's span, the shops' zones, what was quarantined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlglot import exp

from castanea.contracts.warehouse import Reader
from castanea.semantics.layout import FACTS, Work
from castanea.semantics.model import Declarations
from castanea.semantics.question import clocks_of
from castanea.semantics.templates import col, named, piece, union


@dataclass(frozen=True)
class Surroundings:
    """Shares and facts about the data as a whole. `quarantined` is of all rows received."""

    shop_zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shops: int = 0
    platforms: int = 0
    received: int = 0
    quarantined: int = 0
    first_order: datetime | None = None
    first_event: datetime | None = None
    as_of: datetime | None = None


def read_surroundings(reader: Reader) -> Surroundings:
    """Three small statements; tables are tiny or answer from their statistics."""
    zones: dict[str, list[str]] = {}
    shops = reader.fetch(
        'SELECT shop_id, MAX(zone) AS zone, MAX(platform) AS platform FROM fact."shop" WHERE _occurrence = 1 GROUP BY shop_id ORDER BY shop_id'
    )
    for shop, zone in zip(shops.column("shop_id").to_pylist(), shops.column("zone").to_pylist(), strict=True):
        zones.setdefault(zone or "", []).append(shop)
    booked = reader.fetch(
        "SELECT CAST(COALESCE(SUM(received), 0) AS BIGINT) AS received, CAST(COALESCE(SUM(quarantined), 0) AS BIGINT) AS quarantined "
        "FROM book.booking WHERE NOT derived"
    )
    spans = reader.fetch(
        'SELECT (SELECT MIN(paid_time) FROM fact."order") AS first_order, (SELECT MIN(time) FROM fact."web_event") AS first_event'
    )
    return Surroundings(
        {z: tuple(s) for z, s in zones.items()},
        shops.num_rows,
        len(set(shops.column("platform").to_pylist())),
        booked.column("received")[0].as_py(),
        booked.column("quarantined")[0].as_py(),
        _aware(spans.column("first_order")[0].as_py()),
        _aware(spans.column("first_event")[0].as_py()),
    )


def read_as_of(reader: Reader) -> datetime | None:
    """The newest event time that the loader has seen, as it wrote it."""
    found = reader.fetch("SELECT value FROM book.meta WHERE name = 'data_time'")
    text = found.column("value")[0].as_py() if found.num_rows else None
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def data_bounds(
    work: Work, reader: Reader, declared: Declarations, dialect: str
) -> tuple[datetime | None, datetime | None]:
    """The first and last time of the data behind a work (UTC), for ranges that are open."""
    clocks: set[tuple[str, str, str]] = set()
    if work.sources and work.sources[0] != FACTS:
        clocks.add(("rollup", work.sources[0], "bucket"))
    for name in work.measures if not clocks else ():
        clocks |= {("fact", *clock) for clock in clocks_of(declared.measures[name], declared)}
    selects = [
        exp.select(named(piece("MIN(_x)", x=col(clock)), "low"), named(piece("MAX(_x)", x=col(clock)), "high")).from_(
            exp.table_(exp.to_identifier(table, quoted=True), db=schema)
        )
        for schema, table, clock in sorted(clocks)
    ]
    found = reader.fetch(
        exp.select(piece("MIN(low)").as_("low"), piece("MAX(high)").as_("high"))
        .from_(union(selects).subquery("b"))
        .sql(dialect=dialect)
    )
    return _aware(found.column("low")[0].as_py()), _aware(found.column("high")[0].as_py())


def _aware(value: datetime | date | None) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        return datetime.combine(value, time(12), tzinfo=UTC)
    return value.replace(tzinfo=UTC)
