"""Rules that come with the ready-made boards, to be switched on with one click."""

from __future__ import annotations

from dataclasses import dataclass

from castanea.contracts.alert import AlertRule, Watch


@dataclass(frozen=True)
class ReadyRule:
    """`titles` by language; `why`: what it is for."""

    name: str
    titles: dict[str, str]
    why: dict[str, str]
    rule: AlertRule


def _ready(name: str, zh: str, en: str, why_zh: str, why_en: str, rule: AlertRule) -> ReadyRule:
    return ReadyRule(name, {"zh-CN": zh, "en": en}, {"zh-CN": why_zh, "en": why_en}, rule)


READY: tuple[ReadyRule, ...] = (
    _ready(
        "stock_cover", "畅销商品库存不足 5 天", "Best sellers with stock for less than 5 days",
        "销量最高的 50 个商品，可售天数低于 5 天时提醒", "Of the 50 best sellers, each whose stock covers less than 5 days of sales",
        AlertRule("", "", "days_of_cover", Watch("threshold", "below", limit="5", margin="2"), each="product", most=50, window="now", severity="critical"),
    ),
    _ready(
        "sales_unusual", "支付金额异常偏低", "Unusually low sales",
        "昨天的支付金额低得不寻常（已计入星期与趋势）", "Yesterday's paid amount is lower than its weekdays and trend make one expect",
        AlertRule("", "", "paid_amount", Watch("unusual", "below"), window="yesterday", severity="critical"),
    ),
    _ready(
        "product_sales_unusual", "单品销量异常下滑", "A product's sales unusually low",
        "销量最高的 20 个商品，昨天卖得异常少", "Of the 20 best sellers, each that sold unusually little yesterday",
        AlertRule("", "", "units", Watch("unusual", "below"), each="product", most=20, window="yesterday"),
    ),
    _ready(
        "channel_sales", "某渠道销售额骤降", "A channel's sales fall",
        "各渠道今天到此刻比上周同一天同一时刻低 40% 以上，持续半小时", "Each channel that stands 40 % below the same weekday at the same time for half an hour",
        AlertRule("", "", "paid_amount", Watch("change", "below", by="0.4", margin="0.1"), each="channel", most=20, window="today", lasting=30),
    ),
    _ready(
        "quality_refunds", "品质退款率偏高", "Refunds for faults are high",
        "销量最高的 50 个商品，昨天的品质退款率超过 8%", "Of the 50 best sellers, each with more than 8 % refunded for a fault yesterday",
        AlertRule("", "", "quality_refund_rate", Watch("threshold", "above", limit="0.08", margin="0.03"), each="product", most=50, window="yesterday"),
    ),
    _ready(
        "conversion_device", "某端转化率骤降", "Conversion falls on one device",
        "某个终端上一小时的下单转化比上周同一小时低一半以上", "On one device, the last hour converts less than half of the same hour last week",
        AlertRule("", "", "checkout_rate", Watch("change", "below", by="0.5", margin="0.1"), each="device", most=10, window="hour", lasting=60,
                  severity="critical"),
    ),
    _ready(
        "orders_silent", "2 小时没有新订单数据", "No order data for 2 hours",
        "订单数据停了 2 小时以上：接口或导入可能断了", "No order has come for 2 hours: a connection or an import may be broken",
        AlertRule("", "", "orders", Watch("silent", limit="2"), severity="critical"),
    ),
)  # fmt: skip
