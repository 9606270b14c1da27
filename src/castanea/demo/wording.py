"""The simulated shop's own words in the language of its workspace. They are written once in Chinese, as its platforms say them."""

from __future__ import annotations

from castanea.demo.config import DemoConfig

_ENGLISH = {
    "华东仓": "East warehouse",
    # where ads are bought, and where day tables come from
    "万相台": "Alimama", "千川": "Ocean Engine", "京准通": "JD Ads", "生意参谋": "Sycm", "抖音罗盘": "Douyin Compass", "京东商智": "JD Shangzhi",
    # sources of visits
    "手淘搜索": "Taobao search", "手淘推荐": "Taobao for you", "我的淘宝": "My Taobao", "购物车": "cart", "关键词推广": "keyword ads", "直播": "live",
    "短视频": "short videos", "直播间": "live room", "商城搜索": "mall search", "商城推荐": "mall for you", "达人带货": "influencers",
    "千川推广": "Ocean Engine ads", "京东搜索": "JD search", "京东推荐": "JD for you", "我的京东": "My JD", "京东快车": "JD search ads", "站外": "outside",
    "顺丰速运": "SF Express", "中通快递": "ZTO Express", "圆通速递": "YTO Express", "韵达快递": "Yunda Express",
    "质量问题": "quality problem", "与描述不符": "not as described", "尺寸不合适": "wrong size",
    "发货太慢": "sent too slowly", "物流慢": "delivered too slowly",
    "不想要了": "changed my mind", "其他": "other",
    "小满": "Xiaoman", "谷雨": "Guyu", "立夏": "Lixia", "白露": "Bailu", "霜降": "Shuangjiang",
    "小红书": "Xiaohongshu", "微博": "Weibo", "抖音": "Douyin",
    "货款": "goods", "退款": "refund", "佣金": "commission",
}  # fmt: skip
WAREHOUSE = "华东仓"


def said(config: DemoConfig, *words: str) -> tuple[str, ...]:
    """The words in the language of the workspace, in their order."""
    return words if config.language == "zh" else tuple(_ENGLISH[word] for word in words)


def one(config: DemoConfig, word: str) -> str:
    """A single word in the language of the workspace."""
    return said(config, word)[0]
