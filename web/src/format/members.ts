/** Names of members that the data gives as codes or in one language only: channels, provinces, yes and no. */
import type { Locale } from "./number";

const CHANNELS: Record<string, [string, string]> = {
  tmall: ["天猫", "Tmall"], taobao: ["淘宝", "Taobao"], jd: ["京东", "JD"], pdd: ["拼多多", "Pinduoduo"], pinduoduo: ["拼多多", "Pinduoduo"],
  douyin: ["抖音", "Douyin"], kuaishou: ["快手", "Kuaishou"], xiaohongshu: ["小红书", "Xiaohongshu"], wechat: ["微信", "WeChat"],
  mini_program: ["小程序", "Mini-program"], miniprogram: ["小程序", "Mini-program"], "mini-program": ["小程序", "Mini-program"], weapp: ["小程序", "Mini-program"],
  web: ["网站", "Website"], website: ["网站", "Website"], app: ["应用", "App"], offline: ["门店", "Shops"], store: ["门店", "Shops"],
};

/** Words of closed lists of the canonical tables, by dimension. */
const CODES: Record<string, Record<string, [string, string]>> = {
  device: { phone: ["手机", "Phone"], mobile: ["手机", "Phone"], tablet: ["平板", "Tablet"], desktop: ["电脑", "Desktop"], pc: ["电脑", "Desktop"], app: ["应用", "App"], web: ["网页", "Web"] },
  refund_reason: { quality: ["质量问题", "Quality"], description: ["与描述不符", "Not as described"], size: ["尺寸不合", "Wrong size"], late: ["发货慢", "Late"], changed_mind: ["不想要了", "Changed mind"], other: ["其他原因", "Other reason"] },
  refund_kind: { refund_only: ["仅退款", "Refund only"], return: ["退货退款", "Return"], exchange: ["换货", "Exchange"], price_protection: ["价保", "Price protection"] },
  refund_status: { asked: ["待处理", "Asked"], succeeded: ["已退款", "Refunded"], refused: ["已拒绝", "Refused"], cancelled: ["已撤销", "Withdrawn"] },
  order_status: { placed: ["待付款", "Placed"], deposit_paid: ["已付定金", "Deposit paid"], paid: ["待发货", "Paid"], shipped: ["已发货", "Shipped"], done: ["已完成", "Done"], cancelled: ["已取消", "Cancelled"], closed: ["已关闭", "Closed"], refunded: ["已退款", "Refunded"] },
  line_kind: { product: ["商品", "Product"], shipping: ["运费", "Shipping"], fee: ["费用", "Fee"], tax: ["税", "Tax"], discount: ["优惠", "Discount"], adjustment: ["调整", "Adjustment"], part: ["组合配件", "Part of a bundle"] },
  ticket_status: { open: ["待处理", "Open"], waiting: ["等客户", "Waiting"], solved: ["已解决", "Solved"], closed: ["已关闭", "Closed"] },
  sentiment: { positive: ["正面", "Positive"], neutral: ["中性", "Neutral"], negative: ["负面", "Negative"] },
  topic: { quality: ["质量", "Quality"], taste: ["口味", "Taste"], packing: ["包装", "Packing"], delivery: ["物流", "Delivery"], service: ["服务", "Service"], price: ["价格", "Price"], size: ["尺寸", "Size"] },
  warehouse: { east: ["华东仓", "East"], south: ["华南仓", "South"], north: ["华北仓", "North"], west: ["西部仓", "West"], central: ["华中仓", "Central"], southwest: ["西南仓", "Southwest"], northeast: ["东北仓", "Northeast"], main: ["主仓", "Main"], default: ["默认仓", "Default"], bonded: ["保税仓", "Bonded"] },
  buyer_kind: { new: ["新买家", "New"], old: ["老买家", "Known"] },
};

/** Words that platforms and shops write into their tables in Chinese, with the English for readers who have none. */
const TRADE_WORDS: Record<string, [string, string][]> = {
  ad_platform: [["万相台", "Alimama (Wanxiangtai)"], ["京准通", "JD Ads (Jingzhuntong)"], ["千川", "Ocean Engine (Qianchuan)"], ["巨量千川", "Ocean Engine (Qianchuan)"], ["直通车", "Taobao search ads"], ["引力魔方", "Taobao display ads"], ["多多搜索", "Pinduoduo search ads"], ["多多场景", "Pinduoduo display ads"], ["快手磁力金牛", "Kuaishou ads"], ["聚光", "Xiaohongshu ads"]],
  ticket_reason: [["不想要了", "Changed mind"], ["质量问题", "Quality"], ["与描述不符", "Not as described"], ["描述不符", "Not as described"], ["物流慢", "Slow delivery"], ["发货慢", "Sent late"], ["尺寸不合适", "Wrong size"], ["尺寸不合", "Wrong size"], ["少件", "Parts missing"], ["破损", "Damaged"], ["其他", "Other reason"], ["其它", "Other reason"]],
  source: [["手淘搜索", "Taobao search"], ["手淘推荐", "Taobao recommendations"], ["手淘首页", "Taobao home"], ["我的淘宝", "My Taobao"], ["购物车", "Cart"], ["关键词推广", "Keyword ads"], ["精准人群推广", "Audience ads"], ["全站推广", "Whole-site ads"], ["淘宝客", "Affiliates"], ["直播间", "Live room"], ["短视频", "Short video"], ["达人带货", "Creators"], ["商城搜索", "Mall search"], ["商城推荐", "Mall recommendations"], ["京东搜索", "JD search"], ["京东首页", "JD home"], ["京东推荐", "JD recommendations"], ["京东快车", "JD search ads"], ["商品卡", "Product card"], ["其他", "Other"]],
};

const tradeWords = new Map(Object.entries(TRADE_WORDS).map(([dimension, words]) => [dimension, new Map(words)]));

const channelNames = new Map(Object.entries(CHANNELS).flatMap(([code, names]) => [code, ...names].map((name) => [name.toLowerCase(), names] as const)));

/** code, column, row, Chinese short name, Chinese name, English name; equal squares that keep the neighbours together. */
const PROVINCES = [
  "HL,8,0,黑,黑龙江,Heilongjiang", "NM,5,1,蒙,内蒙古,Inner Mongolia", "JL,8,1,吉,吉林,Jilin", "XJ,1,2,新,新疆,Xinjiang", "GS,3,2,甘,甘肃,Gansu",
  "NX,4,2,宁,宁夏,Ningxia", "SX,5,2,晋,山西,Shanxi", "BJ,6,2,京,北京,Beijing", "TJ,7,2,津,天津,Tianjin", "LN,8,2,辽,辽宁,Liaoning",
  "QH,2,3,青,青海,Qinghai", "SN,4,3,陕,陕西,Shaanxi", "HA,5,3,豫,河南,Henan", "HE,6,3,冀,河北,Hebei", "SD,7,3,鲁,山东,Shandong",
  "XZ,1,4,藏,西藏,Tibet", "SC,3,4,川,四川,Sichuan", "CQ,4,4,渝,重庆,Chongqing", "HB,5,4,鄂,湖北,Hubei", "AH,6,4,皖,安徽,Anhui",
  "JS,7,4,苏,江苏,Jiangsu", "SH,8,4,沪,上海,Shanghai", "YN,3,5,云,云南,Yunnan", "GZ,4,5,贵,贵州,Guizhou", "HN,5,5,湘,湖南,Hunan",
  "JX,6,5,赣,江西,Jiangxi", "ZJ,7,5,浙,浙江,Zhejiang", "GX,4,6,桂,广西,Guangxi", "GD,5,6,粤,广东,Guangdong", "FJ,6,6,闽,福建,Fujian",
  "TW,7,6,台,台湾,Taiwan", "HI,4,7,琼,海南,Hainan", "MO,5,7,澳,澳门,Macau", "HK,6,7,港,香港,Hong Kong",
];

export interface Province {
  code: string;
  column: number;
  row: number;
  short: string;
  zh: string;
  en: string;
}

export const provinces: readonly Province[] = PROVINCES.map((line) => {
  const [code = "", column, row, short = "", zh = "", en = ""] = line.split(",");
  return { code, column: Number(column), row: Number(row), short, zh, en };
});

const found = new Map<string, Province>();
for (const province of provinces) {
  for (const key of [province.code, province.short, province.zh, province.en, province.en.replace(" ", "")]) found.set(key.toLowerCase(), province);
}
found.set("xizang", found.get("xz") as Province);
found.set("macao", found.get("mo") as Province);
found.set("neimenggu", found.get("nm") as Province);
found.set("nei mongol", found.get("nm") as Province);

/** The province that a name means: 浙江省, 浙江, Zhejiang, ZJ, CN-ZJ, 内蒙古自治区; null for anything else. */
export function provinceOf(name: unknown): Province | null {
  const text = String(name ?? "").trim().toLowerCase();
  const bare = text.replace(/^cn-/, "").replace(/(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$/, "");
  return found.get(text) ?? found.get(bare) ?? null;
}

export interface MemberNames {
  [member: string]: Record<string, string>;
}

/** A member as people call it; the empty member is said by `unknown`. */
export function memberName(dimension: string, member: unknown, locale: Locale, names: MemberNames = {}, unknown = "—"): string {
  if (member === null || member === undefined || member === "") return unknown;
  const text = String(member);
  const told = names[text];
  if (told) return told[locale] ?? text;
  const at = locale === "zh-CN" ? 0 : 1;
  const word = CODES[dimension]?.[text];
  if (word) return word[at];
  if (locale === "en") {
    const english = tradeWords.get(dimension)?.get(text);
    if (english) return english;
  }
  if (dimension === "topic" && text.includes(",")) return text.split(",").map((part) => memberName(dimension, part.trim(), locale)).join(locale === "zh-CN" ? "、" : ", ");
  if (dimension === "channel" || dimension === "platform") return channelNames.get(text.toLowerCase())?.[at] ?? text;
  if (dimension === "province") {
    const province = provinceOf(text);
    return province ? (locale === "zh-CN" ? province.zh : province.en) : text;
  }
  return text;
}
