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
        "stock_cover", "畅销商品库存不足 2 天", "Best sellers with stock for less than 2 days",
        "销量最高的 20 个商品，可售天数低于 2 天时提醒", "Of the 20 best sellers, each whose stock covers less than 2 days of sales",
        AlertRule("", "", "days_of_cover", Watch("threshold", "below", limit="2", margin="2"), each="product", most=20, window="now", severity="critical"),
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
        "各渠道今天到此刻比上周同一天同一时刻低一半以上，持续半小时（那天不足 100 单的不算）",
        "Each channel that stands below half of the same weekday at the same time, for half an hour (of 100 orders or more)",
        AlertRule("", "", "paid_amount", Watch("change", "below", by="0.5", margin="0.1"), each="channel", most=20, window="today", lasting=30,
                  volume="orders", least="100"),
    ),
    _ready(
        "quality_refunds", "品质退款率偏高", "Refunds for faults are high",
        "销量最高的 50 个商品，近 7 天的品质退款率超过 5%（不足 60 单的不算）",
        "Of the 50 best sellers, each with more than 5 % refunded for a fault in seven days (of 60 orders or more)",
        AlertRule("", "", "quality_refund_rate", Watch("threshold", "above", limit="0.05", margin="0.02"), each="product", most=50, window="week",
                  volume="orders", least="60"),
    ),
    _ready(
        "checkout_device", "某端结算失败", "Checkouts fail on one device",
        "某个终端连续两个小时，开始结算的人里完成下单的不到 35%（每小时不足 20 次的不算）",
        "On one device, less than 35 % of those who begin a checkout complete it, two hours running (of 20 checkouts or more)",
        AlertRule("", "", "checkout_completion", Watch("threshold", "below", limit="0.35", margin="0.1"), each="device", most=10, window="hour",
                  lasting=60, severity="critical", volume="checkouts", least="20"),
    ),
    _ready(
        "channel_visitors", "某渠道访客异常减少", "A channel's visitors unusually few",
        "各渠道昨天的访客少得不寻常（已计入星期与趋势）", "Each channel with unusually few visitors yesterday, by its weekdays and trend",
        AlertRule("", "", "visitors", Watch("unusual", "below"), each="channel", most=20, window="yesterday"),
    ),
    _ready(
        "ads_stopped", "某渠道推广停了", "Advertising stops in a channel",
        "各渠道昨天的推广花费比上周同一天少 70% 以上", "Each channel that spent 70 % less on advertising yesterday than on the same weekday",
        AlertRule("", "", "ad_spend", Watch("change", "below", by="0.7", margin="0.2"), each="channel", most=20, window="yesterday"),
    ),
    _ready(
        "competitor_cut", "竞品降价", "A competitor cuts a price",
        "销量最高的 50 个商品，竞品均价比上周同一天低 8% 以上", "Of the 50 best sellers, each whose competitors ask 8 % less than on the same weekday",
        AlertRule("", "", "competitor_price", Watch("change", "below", by="0.08", margin="0.03"), each="product", most=50, window="yesterday"),
    ),
    _ready(
        "orders_silent", "2 小时没有新订单数据", "No order data for 2 hours",
        "订单数据停了 2 小时以上：接口或导入可能断了", "No order has come for 2 hours: a connection or an import may be broken",
        AlertRule("", "", "orders", Watch("silent", limit="2"), severity="critical"),
    ),
    _ready(
        "channel_silent", "某渠道 3 小时没有访问数据", "No visits from a channel for 3 hours",
        "某个渠道的访问数据停了 3 小时以上：数据断了，销售未必有变",
        "A channel has told of no visit for 3 hours: its data have stopped, sales need not have",
        AlertRule("", "", "views", Watch("silent", limit="3"), each="channel", most=20, severity="critical"),
    ),
)  # fmt: skip
