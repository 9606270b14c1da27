"""What an alert says of itself, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from castanea.alerts import Alert

SAID = {
    "supply": ("供应不足，需要补货。", "supply is short, reorder."),
    "competition": ("竞争对手降价了。", "a competitor has cut the price."),
    "marketing": ("推广停了或大幅减少。", "advertising has stopped or shrunk."),
    "quality": ("因质量问题的退款多得不寻常，请查批次。", "unusually many refunds for a fault of the goods; look at the batch."),
    "site": ("开始结算的人付不了款，请查结算和支付。", "people who begin to check out do not get through; look at checkout and payment."),
}  # fmt: skip


def own_words(
    alert: Alert, cause_class: str, labels: Mapping[str, str], actual: float, expected: float
) -> dict[str, str]:
    """The words for an alert whose own figure is the evidence."""
    name = alert.name or alert.member
    zh_said, en_said = SAID[cause_class]
    if alert.rule.metric == "days_of_cover":
        return {
            "zh-CN": f"{name} 的可售库存按近期销量只够 {actual:.1f} 天：{zh_said}",
            "en": f"The sellable stock of {name} covers only {actual:.1f} days at the present rate: {en_said}",
        }
    now, was = (f"{x:.1%}" if alert.unit == "share" else f"{x:,.2f}" for x in (actual, expected))
    against = ("平常", "usually") if alert.fired.base is not None else ("界限", "the limit is")
    of_zh, of_en = (f"{name} 的", f" of {name}") if name else ("", "")
    return {
        "zh-CN": f"{of_zh}{labels['zh-CN']}为 {now}（{against[0]} {was}）：{zh_said}",
        "en": f"{labels['en']}{of_en}: {now} ({against[1]} {was}): {en_said}",
    }


def silent_words(alert: Alert) -> dict[str, str]:
    """The words for data that do not come."""
    name, hours = alert.name or alert.member, f"{float(alert.fired.value or 0):.1f}"
    return {
        "zh-CN": f"{name or '数据'}已有 {hours} 小时没有新数据：数据问题，接口或导入可能断了；销售本身未必有变。",
        "en": f"Nothing has come{' from ' + name if name else ''} for {hours} hours: a data fault, a connection or an import may be broken; "
        "sales themselves need not have changed.",
    }


def named(words: Mapping[str, str], place: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Members by their names instead of their codes."""
    told = dict(words)
    for dimension, member in place.items():
        if name := names.get(member):
            told = {
                language: text.replace(f"{dimension}＝{member}", name).replace(f"{dimension} {member}", name)
                for language, text in told.items()
            }
    return told
