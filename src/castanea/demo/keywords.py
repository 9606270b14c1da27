"""The words that shoppers search for, in the order of how often."""

from __future__ import annotations

KEYWORDS = {
    "zh": ("桂花乌龙", "冷萃茶", "板栗仁", "冬季礼盒", "羊毛毯", "手冲壶", "伴手礼", "香薰", "无糖饮料", "保温杯"),
    "en": (
        "osmanthus oolong", "cold brew tea", "chestnuts", "winter box", "wool throw", "pour-over pot", "gift", "diffuser", "sugar-free drink",
        "thermos",
    ),
}  # fmt: skip
NOT_SOLD = 8  # keywords from this one on find nothing
