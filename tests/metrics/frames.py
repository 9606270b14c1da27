"""Facts as Polars frames: whole numbers of ten-thousandths for money and quantities, local days for times, members of dimensions as `d_…`."""

from __future__ import annotations

from typing import Any

import polars as pl

ZONE_HOURS = 8
SCALE = 10_000
_MEMBERS: dict[str, dict[str, pl.Expr]] = {
    "shop_id": {"d_shop": pl.col("shop_id")},
    "channel_id": {"d_channel": pl.col("channel_id")},
    "country": {"d_country": pl.col("country")},
    "province": {"d_province": pl.col("province")},
    "warehouse_id": {"d_warehouse": pl.col("warehouse_id")},
    "carrier": {"d_carrier": pl.col("carrier")},
    "competitor": {"d_competitor": pl.col("competitor")},
    "agent": {"d_agent": pl.col("agent")},
    "sentiment": {"d_sentiment": pl.col("sentiment")},
    "topic": {"d_topic": pl.col("topic")},
    "plan_id": {"d_plan": pl.col("plan_id")},
    "device": {"d_device": pl.col("device")},
    "market": {"d_market": pl.col("market")},
}
_OWN: dict[str, dict[str, pl.Expr]] = {
    "order_line": {"d_line_kind": pl.col("kind"), "d_merchant_code": pl.col("goods_code")},
    "refund": {"d_refund_kind": pl.col("kind"), "d_refund_reason": pl.coalesce("reason_class", "reason"), "d_merchant_code": pl.col("goods_code")},
    "ad_spend": {"d_ad_platform": pl.col("platform"), "d_attribution": pl.col("attribution")},
    "settlement_line": {"d_settlement_item": pl.coalesce("item", "platform_item")},
    "service_ticket": {"d_ticket_reason": pl.col("reason")},
    "purchase_order": {"d_supplier": pl.col("supplier_id")},
    "keyword_demand": {"d_keyword": pl.col("keyword"), "d_platform": pl.col("platform")},
    "social_mention": {"d_platform": pl.col("platform")},
}  # fmt: skip
_PRODUCTS = (
    "order_line", "refund", "web_event", "stock_level", "purchase_order", "receipt", "inquiry", "review", "service_ticket", "competitor_price",
)  # fmt: skip


class Frames:
    """Frames by table name, read row by row as the loader left them."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._made: dict[str, pl.DataFrame] = {}

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in self._made:
            self._made[table] = self._with_members(table, self._plain(table))
        return self._made[table]

    def _plain(self, table: str) -> pl.DataFrame:
        personal = "EXCLUDE (_sealed, _subject)" if _sealed(self._reader, table) else ""
        found = self._reader.fetch(f'SELECT * {personal} FROM fact."{table}"')
        arrays = []
        for name in found.column_names:
            column = found.column(name)
            arrays.append(column.cast("string") if str(column.type) in ("uuid", "extension<arrow.uuid>") else column)
        frame = pl.DataFrame({n: pl.from_arrow(a) for n, a in zip(found.column_names, arrays, strict=True)})
        money = [c for c, t in frame.schema.items() if isinstance(t, pl.Decimal) and t.scale == 4]
        rates = [c for c, t in frame.schema.items() if isinstance(t, pl.Decimal) and t.scale != 4]
        return frame.with_columns(
            *((pl.col(c).cast(pl.Float64) * SCALE).round().cast(pl.Int64) for c in money),
            *(pl.col(c).cast(pl.Float64) for c in rates),
        )

    def _with_members(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        members = dict(_OWN.get(table, {}))
        for column, more in _MEMBERS.items():
            if column in frame.columns:
                members.update(more)
        if table in _PRODUCTS and frame.height:
            members["d_product"] = (
                pl.coalesce("sku_id", "product_id") if "sku_id" in frame.columns else pl.col("product_id")
            )
        frame = frame.with_columns(**{n: e.cast(pl.String).fill_null("") for n, e in members.items()})
        if "d_product" in frame.columns:
            frame = self._of_product(frame)
        if "d_shop" in frame.columns:
            shops = self._plain("shop").select(d_shop="shop_id", d_platform="platform")
            frame = frame.join(shops, on="d_shop", how="left").with_columns(pl.col("d_platform").fill_null(""))
        return frame

    def _of_product(self, frame: pl.DataFrame) -> pl.DataFrame:
        goods = self._plain("product").select(
            d_product="product_id", d_category="category", d_subcategory="subcategory", usual="supplier_id"
        )
        frame = frame.join(goods, on="d_product", how="left")
        supplier = pl.col("d_supplier") if "d_supplier" in frame.columns else pl.col("usual").fill_null("")
        return frame.with_columns(
            pl.col("d_category").fill_null(""), pl.col("d_subcategory").fill_null(""), d_supplier=supplier
        )


def _sealed(reader: Any, table: str) -> bool:
    sql = "SELECT count(*) AS n FROM information_schema.columns WHERE table_schema = 'fact' AND table_name = ? AND column_name = '_sealed'"
    return bool(reader.fetch(sql, [table]).to_pylist()[0]["n"])


def local_day(frame: pl.DataFrame, clock: str) -> pl.Expr:
    """The day on the shop's wall clock (Shanghai: UTC+8 all year)."""
    if frame.schema[clock] == pl.Date:
        return pl.col(clock)
    return (pl.col(clock).dt.replace_time_zone(None) + pl.duration(hours=ZONE_HOURS)).dt.date()


def hours(start: str, end: str) -> pl.Expr:
    """Hours between two timestamps in ten-thousandths."""
    return ((pl.col(end) - pl.col(start)).dt.total_microseconds() / 3_600_000_000 * SCALE).round().cast(pl.Int64)
