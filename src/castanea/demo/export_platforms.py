"""The files of Tmall, JD, Douyin and Shopify, and of the ERP, in their own columns and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from castanea.demo.exporting import (
    Asked,
    ExportFile,
    Platform,
    clock,
    guarded,
    line_frame,
    moment,
    order_frame,
    picked,
    refund_frame,
    stamp,
    yuan,
)  # fmt: skip
from castanea.demo.history import Past
from castanea.demo.paying import DAY
from castanea.demo.sending_platform import platform_facts

KINDS = ("仅退款", "退货退款", "价保退款", "换货")
REASONS = ("商品质量问题", "与描述不符", "尺寸不合适", "未按约定时间发货", "七天无理由", "其他")
TMALL = (
    "等待买家付款",
    "定金已付,等待付尾款",
    "交易关闭",
    "买家已付款,等待卖家发货",
    "卖家已发货,等待买家确认",
    "交易成功",
)
JD = ("等待付款", "等待付款", "已取消", "等待出库", "等待确认收货", "完成")
DOUYIN = ("待支付", "待支付", "已关闭", "待发货", "已发货", "已完成")


def _tmall(past: Past, asked: Asked) -> Iterator[ExportFile]:
    when, shop = stamp(past, asked.at), pl.lit(asked.shop)
    orders = order_frame(past, asked)
    whole = pl.col("goods") + pl.col("postage")
    yield ExportFile(f"ExportOrderList{when}.csv", orders.select(
        guarded("order").alias("订单编号"), pl.col("customer").alias("买家会员名"), yuan(pl.col("goods")).alias("买家应付货款"),
        yuan(pl.col("postage")).alias("买家应付邮费"), yuan(whole).alias("总金额"),
        pl.when(pl.col("paid") > 0).then(yuan(whole)).otherwise(pl.lit("0.00")).alias("买家实际支付金额"), picked(TMALL, "state").alias("订单状态"),
        pl.col("name").alias("收货人姓名"), pl.col("address").alias("收货地址"), pl.lit("").alias("联系电话"), pl.col("phone").alias("联系手机"),
        clock(past, "ordered").alias("订单创建时间"), clock(past, "paid").alias("订单付款时间"), pl.col("units").cast(pl.String).alias("宝贝总数量"),
        shop.alias("店铺名称"), clock(past, "done").alias("确认收货时间"),
    ))  # fmt: skip
    yield ExportFile(f"ExportOrderDetailList{when}.csv", _with_sub(line_frame(past, asked)).select(
        guarded("sub").alias("子订单编号"), guarded("order").alias("主订单编号"), pl.col("title").alias("标题"), yuan(pl.col("price")).alias("价格"),
        pl.col("quantity").cast(pl.String).alias("购买数量"), pl.col("code").alias("外部系统编号"), pl.col("pack").alias("商品属性"),
        picked(TMALL, "state").alias("订单状态"), pl.col("code").alias("商家编码"), yuan(pl.col("amount")).alias("买家应付货款"), shop.alias("店铺名称"),
    ))  # fmt: skip
    refunds = _with_sub(refund_frame(past, asked))
    yield ExportFile(f"退款管理{when}.csv", refunds.select(
        guarded("refund").alias("退款编号"), guarded("order").alias("订单编号"), guarded("sub").alias("子订单编号"), clock(past, "paid").alias("订单付款时间"),
        pl.col("code").alias("商家编码"), clock(past, "asked").alias("退款的申请时间"), clock(past, "ended").alias("退款完结时间"),
        yuan(pl.col("goods") + pl.col("postage")).alias("买家实际支付金额"), pl.col("title").alias("宝贝标题"), yuan(pl.col("cents")).alias("买家退款金额"),
        picked(KINDS, "kind").alias("售后类型"), picked(("买家已经申请退款,等待卖家同意", "退款成功", "退款关闭"), "verdict").alias("退款状态"),
        pl.when(pl.col("done") > 0).then(pl.lit("已收到货")).otherwise(pl.lit("未收到货")).alias("货物状态"), picked(REASONS, "reason").alias("买家退款原因"),
        pl.col("back").cast(pl.String).alias("退货数量"), shop.alias("店铺名称"),
    ))  # fmt: skip
    names = {"day": "统计日期", "visitors": "访客数", "views": "浏览量", "favourites": "商品收藏人数", "cart_users": "加购人数",
             "ordering_buyers": "下单买家数", "ordered_amount": "下单金额", "paid_amount": "支付金额", "paying_buyers": "支付买家数", "orders": "支付子订单数",
             "units": "支付件数", "refunded_amount": "成功退款金额", "spend": "全站推广花费", "peer_mean": "支付金额（同行同层平均）",
             "peer_best": "支付金额（同行同层优秀）"}  # fmt: skip
    yield ExportFile(
        f"生意参谋_店铺日报_{when}.csv", _daily(past, asked, names).with_columns(shop.alias("店铺名称")), "utf-8-sig"
    )
    yield stock_file(past, asked)


def _jd(past: Past, asked: Asked) -> Iterator[ExportFile]:
    when, shop = stamp(past, asked.at), pl.lit(asked.shop)
    lines = line_frame(past, asked)
    yield ExportFile(f"京东订单{when}.csv", lines.select(
        guarded("order").alias("订单号"), pl.col("code").alias("商品ID"), pl.col("title").alias("商品名称"),
        pl.col("quantity").cast(pl.String).alias("订购数量"),
        pl.when("on_delivery").then(pl.lit("货到付款")).otherwise(pl.lit("在线支付")).alias("支付方式"), clock(past, "ordered").alias("下单时间"),
        yuan(pl.col("amount") // pl.col("quantity")).alias("京东价"), yuan(pl.col("goods")).alias("订单金额"), yuan(pl.col("goods")).alias("结算金额"),
        pl.lit("0.00").alias("余额支付"), yuan(pl.col("goods") + pl.col("postage") - pl.col("coupon")).alias("应付金额"),
        yuan(pl.col("postage")).alias("运费金额"), picked(JD, "state").alias("订单状态"), pl.lit("SOP").alias("订单类型"), pl.col("customer").alias("下单帐号"),
        pl.col("name").alias("客户姓名"), pl.col("address").alias("客户地址"), pl.col("phone").alias("联系电话"), clock(past, "paid").alias("付款确认时间"),
        clock(past, "done").alias("订单完成时间"), pl.col("code").alias("货号"), shop.alias("店铺名称"),
    ))  # fmt: skip
    refunds = _with_sub(refund_frame(past, asked))
    yield ExportFile(f"京东售后{when}.csv", refunds.select(
        guarded("refund").alias("服务单号"), guarded("order").alias("订单号"), pl.col("code").alias("商品编号"), pl.col("title").alias("商品名称"),
        pl.col("code").alias("货号"), picked(("仅退款", "退货", "价保", "换新"), "kind").alias("售后类型"),
        picked(("待审核", "已退款", "审核不通过"), "verdict").alias("售后状态"), clock(past, "asked").alias("申请时间"), clock(past, "ended").alias("退款时间"),
        yuan(pl.col("cents")).alias("退款金额"), pl.col("back").cast(pl.String).alias("商品数量"),
        picked(REASONS, "reason").alias("申请原因"), shop.alias("店铺名称"),
    ))  # fmt: skip
    names = {"day": "日期", "visitors": "访客数", "views": "浏览量", "cart_users": "加购人数", "ordering_buyers": "下单客户数", "ordered_amount": "下单金额",
             "paid_amount": "成交金额", "paying_buyers": "成交客户数", "orders": "成交单量", "units": "成交商品件数", "refunded_amount": "取消及售后退款金额",
             "peer_mean": "同行同级均值", "peer_best": "同行同级标杆"}  # fmt: skip
    yield ExportFile(
        f"京东商智_店铺日报_{when}.csv", _daily(past, asked, names).with_columns(shop.alias("店铺名称")), "utf-8-sig"
    )
    yield stock_file(past, asked)


def _douyin(past: Past, asked: Asked) -> Iterator[ExportFile]:
    when, shop = stamp(past, asked.at), pl.lit(asked.shop)
    lines = _with_sub(line_frame(past, asked)).with_columns(
        postage=pl.when("first").then(pl.col("postage")).otherwise(0),
        coupon=pl.when("first").then(pl.col("coupon")).otherwise(0),
    )
    due = pl.col("amount") + pl.col("postage") - pl.col("coupon")
    yield ExportFile(f"抖店订单{when}.csv", lines.select(
        tabbed("order").alias("主订单编号"), tabbed("sub").alias("子订单编号"), pl.col("title").alias("选购商品"), pl.col("pack").alias("商品规格"),
        pl.col("quantity").cast(pl.String).alias("商品数量"), pl.col("code").alias("商品ID"), pl.col("code").alias("商家编码"),
        yuan(pl.col("price")).alias("商品单价"), yuan(pl.col("price") * pl.col("quantity")).alias("商品金额"), yuan(pl.col("postage")).alias("运费"),
        yuan(pl.col("coupon")).alias("平台优惠"), yuan(pl.col("discount")).alias("商家优惠"), pl.lit("0.00").alias("达人优惠"),
        signed(due).alias("订单应付金额"),
        pl.lit("在线支付").alias("支付方式"), pl.col("customer").alias("买家昵称"), pl.col("name").alias("收件人"),
        pl.col("phone").alias("收件人手机号"), pl.col("province").alias("省"), pl.col("city").alias("市"),
        clock(past, "ordered").alias("订单提交时间"), clock(past, "paid").alias("支付完成时间"), clock(past, "sent").alias("发货时间"),
        clock(past, "done").alias("订单完成时间"), picked(DOUYIN, "state").alias("订单状态"), pl.lit("-").alias("售后状态"), shop.alias("店铺名称"),
    ), "utf-8-sig")  # fmt: skip
    refunds = _with_sub(refund_frame(past, asked))
    yield ExportFile(f"抖店售后{when}.csv", refunds.select(
        tabbed("refund").alias("售后单号"), tabbed("order").alias("订单号"), tabbed("sub").alias("商品单号"), pl.col("title").alias("商品名称"),
        pl.col("code").alias("商家编码"), picked(("仅退款", "退货退款", "价保", "换货"), "kind").alias("售后类型"),
        picked(("待商家处理", "退款成功", "商家拒绝"), "verdict").alias("售后状态"), clock(past, "asked").alias("售后申请时间"),
        clock(past, "ended").alias("售后完结时间"), yuan(pl.col("cents")).alias("退商品金额（元）"), pl.lit("0.00").alias("退运费金额（元）"),
        pl.col("back").cast(pl.String).alias("申请件数"), picked(REASONS, "reason").alias("售后原因"), shop.alias("店铺名称"),
    ), "utf-8-sig")  # fmt: skip
    names = {"day": "日期", "views": "商品曝光人数", "visitors": "商品点击人数", "paid_amount": "成交金额", "orders": "成交订单数", "paying_buyers": "成交人数",
             "units": "成交件数", "refunded_amount": "退款金额", "peer_mean": "同行平均成交金额", "peer_best": "同行优秀成交金额"}  # fmt: skip
    yield ExportFile(
        f"抖音罗盘_店铺日报_{when}.csv", _daily(past, asked, names).with_columns(shop.alias("店铺名称")), "utf-8-sig"
    )
    yield stock_file(past, asked)


def _shopify(past: Past, asked: Asked) -> Iterator[ExportFile]:
    when, offset = stamp(past, asked.at), moment(past, asked.at).strftime("%z")
    lines = line_frame(past, asked)
    at = f"%Y-%m-%d %H:%M:%S {offset}"
    whole = {
        "Email": pl.col("email"), "Financial Status": picked(("pending", "pending", "voided", "paid", "paid", "paid"), "state"),
        "Paid at": clock(past, "paid", at), "Fulfillment Status": pl.when(pl.col("sent") > 0).then(pl.lit("fulfilled")).otherwise(pl.lit("unfulfilled")),
        "Fulfilled at": clock(past, "sent", at), "Accepts Marketing": pl.lit("no"), "Currency": pl.lit("CNY"), "Subtotal": yuan(pl.col("goods")),
        "Shipping": yuan(pl.col("postage")), "Taxes": pl.lit("0.00"), "Total": yuan(pl.col("goods") + pl.col("postage")),
        "Discount Code": pl.lit(""), "Discount Amount": pl.lit("0.00"),
    }  # fmt: skip
    rest = {
        "Shipping Name": pl.col("name"), "Shipping Street": pl.col("address"), "Shipping City": pl.col("city"), "Shipping Country": pl.lit("CN"),
        "Shipping Province Name": pl.col("province"), "Payment Method": pl.lit("Alipay"), "Shop": pl.lit(asked.shop),
    }  # fmt: skip

    def once(columns: dict[str, pl.Expr]) -> list[pl.Expr]:
        return [pl.when("first").then(value).otherwise(pl.lit("")).alias(name) for name, value in columns.items()]

    yield ExportFile(f"orders_export_{when}.csv", lines.select(
        pl.col("order").alias("Name"), *once(whole), clock(past, "ordered", at).alias("Created at"),
        pl.col("quantity").cast(pl.String).alias("Lineitem quantity"), pl.col("title").alias("Lineitem name"), yuan(pl.col("price")).alias("Lineitem price"),
        pl.col("code").alias("Lineitem sku"), yuan(pl.col("discount")).alias("Lineitem discount"), *once(rest),
    ), "utf-8")  # fmt: skip
    refunds = _with_sub(refund_frame(past, asked)).filter(pl.col("verdict") == 1)
    yield ExportFile(f"refunds_export_{when}.csv", refunds.select(
        pl.col("order").alias("Name"), pl.col("refund").alias("Refund: ID"), clock(past, "ended", at).alias("Refund: Created At"),
        picked(REASONS, "reason").alias("Refund: Note"), pl.lit("Refund Line").alias("Line: Type"), pl.col("sub").alias("Line: ID"),
        pl.col("code").alias("Line: SKU"), pl.col("back").cast(pl.String).alias("Line: Quantity"), yuan(pl.col("cents")).alias("Line: Total"),
        pl.when(pl.col("back") > 0).then(pl.lit("TRUE")).otherwise(pl.lit("FALSE")).alias("Refund: Restock"), pl.lit("CNY").alias("Currency"),
        pl.lit(asked.shop).alias("Shop"),
    ), "utf-8")  # fmt: skip
    yield stock_file(past, asked)


def stock_file(past: Past, asked: Asked) -> ExportFile:
    """The ERP's stock at the end of every day of the span that has ended."""
    tables, day = [], asked.first
    while day <= asked.last and past.world.midnight(day) + DAY - 1_000_000 <= asked.at:
        tables.append(past.day_rows(day, "stock_level"))
        day += timedelta(days=1)
    world = past.world
    names = dict(zip(world.catalogue.ids, world.catalogue.names, strict=True))
    packs = dict(zip(world.catalogue.ids, world.catalogue.packs, strict=True))
    rows = _plain(pa.concat_tables(tables) if tables else past.day_rows(asked.first, "stock_level").slice(0, 0))
    code = pl.col("product_id")
    text = rows.select(
        code.alias("商品编码"), code.replace_strict(names, return_dtype=pl.String).alias("商品名称"),
        code.replace_strict(packs, return_dtype=pl.String).alias("颜色及规格"), pl.col("warehouse_id").alias("仓库"),
        pl.col("on_hand").cast(pl.Int64).cast(pl.String).alias("实际库存数"), pl.col("committed").cast(pl.Int64).cast(pl.String).alias("订单占有数"),
        pl.col("in_transit").cast(pl.Int64).cast(pl.String).alias("采购在途数"),
        pl.col("unit_cost").cast(pl.Decimal(18, 2)).cast(pl.String).fill_null("").alias("成本价"),
        pl.col("time").dt.convert_time_zone(world.config.zone).dt.strftime("%Y-%m-%d %H:%M:%S").alias("库存时间"),
    )  # fmt: skip
    return ExportFile(f"聚水潭库存{stamp(past, asked.at)}.csv", text, "utf-8-sig")


def _daily(past: Past, asked: Asked, names: dict[str, str]) -> pl.DataFrame:
    """The platform's day table of the span, as far as it was out by then."""
    found, day = [], asked.first
    while day <= asked.last:
        index = (day - past.world.config.last_day).days
        if index in past.days and past.world.midnight(day) + DAY + 8 * 3_600_000_000 <= asked.at:
            found.append(platform_facts(past.world, past.ledger, past.days[index]))
        day += timedelta(days=1)
    if not found:
        return pl.DataFrame({word: pl.Series([], dtype=pl.String) for word in names.values()})
    rows = pa.concat_tables(found)
    mine = pc.and_(
        pc.equal(rows["shop_id"], asked.shop), pc.and_(pc.equal(rows["scope"], "shop"), pc.equal(rows["days"], 1))
    )
    frame = _plain(rows.filter(mine))
    money = [n for n in names if frame.schema[n].is_decimal() and n != "units"]
    whole = [n for n in names if n not in money and n != "day"]
    written = [pl.col(n).cast(pl.Int64).cast(pl.String) for n in whole]
    return frame.select(
        [pl.col("day").cast(pl.String)] + [pl.col(n).cast(pl.Decimal(18, 2)).cast(pl.String) for n in money] + written
    ).select(pl.col(n).fill_null("").alias(word) for n, word in names.items())  # fmt: skip


def _plain(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _with_sub(rows: pl.DataFrame) -> pl.DataFrame:
    """With numbers of sub orders and refunds."""
    line = pl.col("line").cast(pl.String).str.zfill(2)
    return rows.with_columns(sub=pl.col("order") + line, refund=pl.lit("9") + pl.col("order") + line)


def tabbed(number: str) -> pl.Expr:
    """A long number with a tab behind it, so that a spreadsheet keeps its digits."""
    return pl.col(number) + "\t"


def signed(cents: pl.Expr) -> pl.Expr:
    return pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit("")) + yuan(cents.abs())


WRITERS: dict[Platform, Callable[[Past, Asked], Iterator[ExportFile]]] = {
    "tmall": _tmall, "jd": _jd, "douyin": _douyin, "shopify": _shopify,
}  # fmt: skip
