"""What a board begins with: lists, labels and first cards, in both languages."""

from __future__ import annotations

from castanea.kanban.model import Label, Lane, NewCard, Step, Template

Words = dict[str, str]  # by language


def _words(en: str, zh: str) -> Words:
    return {"en": en, "zh-CN": zh}


_FLOW = (
    ("todo", _words("To do", "待办"), 0),
    ("doing", _words("Doing", "进行中"), 5),
    ("waiting", _words("Waiting", "等待"), 0),
    ("done", _words("Done", "完成"), 0),
)
# Per template: its name, then its first cards (title, steps).
TEMPLATES: dict[str, Words] = {
    "empty": _words("Empty board", "空看板"),
    "festival": _words("Sales festival preparation", "大促筹备"),
    "launch": _words("New product launch", "新品上市"),
    "clearance": _words("Stock clearance", "清库存"),
    "incident": _words("Incident", "突发事件"),
}
_CARDS: dict[str, tuple[tuple[Words, tuple[Words, ...]], ...]] = {
    "empty": (),
    "festival": (
        (
            _words("Set the sales target and budget", "定销售目标和预算"),
            (_words("Last year’s curve", "去年的曲线"), _words("Budget per channel", "各渠道预算")),
        ),
        (
            _words("Choose products and prices", "选品定价"),
            (_words("Margin checked", "毛利核过"), _words("30-day low checked", "30 天最低价核过")),
        ),
        (_words("Order stock and check delivery dates", "备货并核对到货日"), (_words("Best sellers: days of cover", "爆款可售天数"),)),
        (_words("Pages, pictures and live-show scripts", "页面、图片和直播脚本"), ()),
        (_words("Rehearse: payment, coupons, service", "演练：支付、优惠券、客服"), ()),
        (_words("Look back: target against result", "复盘：目标与结果"), ()),
    ),
    "launch": (
        (_words("Who is it for, and why would they buy", "卖给谁，为什么买"), ()),
        (_words("Price, cost and margin", "价格、成本和毛利"), ()),
        (_words("First stock and reorder point", "首批库存和补货点"), ()),
        (_words("Listing, pictures, search words", "上架、图片、搜索词"), ()),
        (_words("Look back after 30 days", "30 天后复盘"), ()),
    ),
    "clearance": (
        (_words("List what has more than 90 days of cover", "列出可售超过 90 天的商品"), ()),
        (_words("Decide: discount, bundle, return or write off", "决定：降价、搭售、退货或报废"), ()),
        (_words("Set prices and check margins", "定价并核对毛利"), ()),
        (_words("Count what is left", "清点剩余"), ()),
    ),
    "incident": (
        (_words("What happened, since when, what does it cost", "发生了什么，从何时起，损失多少"), ()),
        (_words("Stop the loss", "先止损"), ()),
        (_words("Tell buyers and the team", "告知买家和团队"), ()),
        (_words("Find the cause", "查明原因"), ()),
        (_words("Keep it from happening again", "防止再次发生"), ()),
    ),
}  # fmt: skip
_LABELS = (
    ("urgent", _words("Urgent", "紧急"), "c5"),
    ("stock", _words("Stock", "货"), "c4"),
    ("marketing", _words("Marketing", "推广"), "c2"),
    ("service", _words("Service", "客服"), "c6"),
)


def template(name: str, language: str) -> Template:
    """The template in `zh-CN` or `en`. Raises KeyError for a name that is not in TEMPLATES."""
    lists = tuple(Lane(number, words[language], limit) for number, words, limit in _FLOW)
    labels = tuple(Label(number, words[language], colour) for number, words, colour in _LABELS)  # type: ignore[arg-type]
    cards = tuple(
        NewCard("todo", title[language], steps=tuple(Step(step[language]) for step in steps))
        for title, steps in _CARDS[name]
    )
    return Template(lists, labels, cards)
