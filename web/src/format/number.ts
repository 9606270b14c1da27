/** Numbers as people read them, in one place: 万 and 亿 in Chinese, k, M and B in English, ¥ in front, U+2212 for minus. */
export type Locale = "zh-CN" | "en";

export type UnitKind = "money" | "count" | "ratio" | "number";

export interface Unit {
  kind: UnitKind;
  currency: string | null;
  /** A word behind the number ("days", "orders/min"); empty for plain counts. */
  word: string;
}

export interface Shown {
  text: string;
  /** What stands behind the number, one step smaller: %, 万, k, days. */
  unit: string;
}

export const MINUS = "−";
export const UNKNOWN = "—";

const SYMBOLS: Record<string, string> = {
  CNY: "¥", JPY: "¥", GBP: "£", USD: "$", EUR: "€", KRW: "₩", INR: "₹", HKD: "HK$", TWD: "NT$", SGD: "S$", AUD: "A$",
};

export function currencySign(currency: string | null): string {
  if (!currency) return "";
  return SYMBOLS[currency] ?? `${currency} `;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Digits in groups of three with a true minus sign; `decimals` fixed places. */
export function digits(value: number, decimals: number): string {
  const key = String(decimals);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(key, format);
  }
  const rounded = format.format(Math.abs(value));
  const isZero = /^[0.,]*$/.test(rounded);
  return value < 0 && !isZero ? MINUS + rounded : rounded;
}

export interface Scale {
  divisor: number;
  /** 万, 亿, k, M, B or nothing. */
  suffix: string;
}

const PLAIN: Scale = { divisor: 1, suffix: "" };

/** The one scale for all numbers of an axis or a list whose greatest is `max`; 万 and 亿 are never mixed. */
export function scaleFor(max: number, locale: Locale): Scale {
  const size = Math.abs(max);
  if (locale === "zh-CN") {
    if (size >= 1e8) return { divisor: 1e8, suffix: "亿" };
    return size >= 1e4 ? { divisor: 1e4, suffix: "万" } : PLAIN;
  }
  if (size >= 1e9) return { divisor: 1e9, suffix: "B" };
  if (size >= 1e6) return { divisor: 1e6, suffix: "M" };
  return size >= 1e4 ? { divisor: 1e3, suffix: "k" } : PLAIN;
}

function scaledDecimals(size: number, scale: Scale): number {
  if (scale.suffix === "亿") return 2;
  if (scale.suffix === "万") return 1;
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

function plainDecimals(value: number, unit: Unit): number {
  const size = Math.abs(value);
  if (unit.kind === "count") return 0;
  if (unit.kind === "money") return size > 0 && size < 1000 ? 2 : 0;
  if (TIMES.has(unit.word)) return size >= 100 || Number.isInteger(value) ? 0 : 1;
  return size >= 1000 ? 0 : size >= 100 ? 1 : 2;
}

/** A ratio as a percentage: two decimals under ten per cent (3.62), one above (38.4). */
export function percentDigits(value: number): string {
  const points = value * 100;
  return digits(points, Math.abs(points) < 10 && points !== 0 ? 2 : 1);
}

function withSign(text: string, unit: Unit): string {
  const sign = unit.kind === "money" ? currencySign(unit.currency) : "";
  return text.startsWith(MINUS) ? MINUS + sign + text.slice(1) : sign + text;
}

/** `full`: every digit that matters (hero, tooltip); `tile`: full below a million, else short; `short`: 64.2 万, 642k;
 * `exact`: all decimals, for tables to copy from. */
export type Style = "full" | "tile" | "short" | "exact";

export function show(value: number | null, unit: Unit, locale: Locale, style: Style = "full"): Shown {
  if (value === null || Number.isNaN(value)) return { text: UNKNOWN, unit: "" };
  if (unit.kind === "ratio") {
    return { text: style === "exact" ? digits(value * 100, 2) : percentDigits(value), unit: "%" };
  }
  const scale = style === "short" || (style === "tile" && Math.abs(value) >= 1e6) ? scaleFor(value, locale) : PLAIN;
  if (scale.suffix) {
    const scaled = value / scale.divisor;
    return { text: withSign(digits(scaled, scaledDecimals(Math.abs(scaled), scale)), unit), unit: scale.suffix };
  }
  const decimals = style === "exact" && unit.kind === "money" ? 2 : plainDecimals(value, unit);
  return { text: withSign(digits(value, decimals), unit), unit: wordIn(unit.word, locale) };
}

/** The same as one string: `¥64.2 万`, `642k`, `3.62%`, `12 天`. */
export function say(value: number | null, unit: Unit, locale: Locale, style: Style = "full"): string {
  const shown = show(value, unit, locale, style);
  return join(shown, locale);
}

export function join(shown: Shown, locale: Locale): string {
  if (!shown.unit) return shown.text;
  const tight = shown.unit === "%" || (locale === "en" && /^[kMB]$/.test(shown.unit));
  return tight ? shown.text + shown.unit : `${shown.text} ${shown.unit}`;
}

/** A change with its sign: `+9.3%`; of a rate in points: `+0.18 点`, `+0.18 pp`. `value` is a share (0.093) or points/100. */
export function sayChange(value: number | null, isPoints: boolean, locale: Locale): string {
  if (value === null) return UNKNOWN;
  const size = value * 100;
  const decimals = isPoints ? (Math.abs(size) < 1 ? 2 : 1) : Math.abs(size) >= 1000 ? 0 : 1;
  const text = isPoints ? digits(Math.abs(size), decimals).replace(/(\.\d)0$/, "$1") : digits(Math.abs(size), decimals);
  const sign = /^[0.,]*$/.test(text) ? "" : size > 0 ? "+" : MINUS;
  if (!isPoints) return `${sign}${text}%`;
  return `${sign}${text} ${locale === "zh-CN" ? "点" : "pp"}`;
}

export function sayShare(value: number | null): string {
  return value === null ? UNKNOWN : `${digits(value * 100, 1)}%`;
}

/** `136–150 万`, `¥1.36–1.50M`: both ends on one scale, the precision that the width allows. */
export function sayInterval(low: number, high: number, unit: Unit, locale: Locale): string {
  if (unit.kind === "ratio") return `${digits(low * 100, 1)}–${digits(high * 100, 1)}%`;
  const scale = scaleFor(Math.max(Math.abs(low), Math.abs(high)), locale);
  const width = Math.abs(high - low) / scale.divisor;
  const decimals = width >= 8 ? 0 : width >= 0.8 ? 1 : 2;
  const from = withSign(digits(low / scale.divisor, decimals), unit);
  const to = digits(high / scale.divisor, decimals);
  return join({ text: `${from}–${to}`, unit: scale.suffix || wordIn(unit.word, locale) }, locale);
}

/** A forecast rounded as coarsely as its range is wide: `¥143 万` beside `136–150 万`. */
export function sayRounded(value: number, width: number, unit: Unit, locale: Locale): string {
  const scale = scaleFor(value, locale);
  const spread = Math.abs(width) / scale.divisor;
  const decimals = spread >= 8 ? 0 : spread >= 0.8 ? 1 : 2;
  return join({ text: withSign(digits(value / scale.divisor, decimals), unit), unit: scale.suffix || wordIn(unit.word, locale) }, locale);
}

/** `about 4 in 10`, `约四成`. */
export function sayChance(chance: number, locale: Locale, isShort = false): string {
  const tenths = Math.round(chance * 10);
  if (locale === "en" && isShort && tenths > 0 && tenths < 10) return `${tenths} in 10`;
  if (locale === "en") return tenths <= 0 ? "under 1 in 10" : tenths >= 10 ? "over 9 in 10" : `about ${tenths} in 10`;
  if (tenths <= 0) return "不到一成";
  if (tenths >= 10) return "九成以上";
  return `约${"一二三四五六七八九"[tenths - 1]}成`;
}

/** `十次中八次`, `8 in 10`: how sure an interval is. */
export function sayOdds(level: number, locale: Locale): string {
  const tenths = Math.round(level * 10);
  return locale === "en" ? `${tenths} in 10` : `十次中${"零一二三四五六七八九十"[tenths] ?? tenths}次`;
}

/** A decimal of the wire (text), as a number to draw; null stays unknown. */
export function toNumber(cell: unknown): number | null {
  if (cell === null || cell === undefined || cell === "") return null;
  const value = Number(cell);
  return Number.isNaN(value) ? null : value;
}

/** Units that are said behind the number; others (times, a count of something) need no word. */
const TIMES = new Set(["days", "hours", "seconds"]);
const UNIT_WORDS: Record<string, [string, string]> = { days: ["天", "days"], hours: ["小时", "h"], seconds: ["秒", "s"], points: ["分", ""] };

export function wordIn(word: string, locale: Locale): string {
  return UNIT_WORDS[word]?.[locale === "zh-CN" ? 0 : 1] ?? word;
}

/** What is counted, in one short word: "单", "orders"; empty where the measure's name must say it. */
const COUNTED: Record<string, [string, string]> = {
  orders: ["单", "orders"], order: ["单", "orders"], buyers: ["人", "buyers"], persons: ["人", "people"], people: ["人", "people"], visitors: ["人", "visitors"], units: ["件", "units"], pieces: ["件", "units"],
  views: ["次", "views"], visits: ["次", "visits"], searches: ["次", "searches"], refunds: ["单", "refunds"], parcels: ["件", "parcels"], tickets: ["单", "tickets"],
};

export function countedIn(unit: string | undefined, locale: Locale): string {
  return COUNTED[(unit ?? "").toLowerCase()]?.[locale === "zh-CN" ? 0 : 1] ?? "";
}

const RATIO_UNITS = new Set(["ratio", "share", "rate", "percent", "%", "percentage"]);
const COUNT_UNITS = new Set(["", "count", "orders", "order", "buyers", "persons", "people", "units", "pieces", "visitors", "views", "visits", "items", "searches", "refunds", "parcels", "inquiries", "tickets", "reviews", "mentions", "impressions", "clicks", "skus", "integer", "number"]);

/** The unit of a column as the answer names it. */
export function unitOf(column: { unit?: string; currency?: string | null }): Unit {
  const name = (column.unit ?? "").toLowerCase();
  if (name === "money" || name === "currency" || (column.currency && !RATIO_UNITS.has(name))) {
    return { kind: "money", currency: column.currency ?? null, word: "" };
  }
  if (RATIO_UNITS.has(name)) return { kind: "ratio", currency: null, word: "" };
  if (COUNT_UNITS.has(name)) return { kind: name === "number" ? "number" : "count", currency: null, word: "" };
  return { kind: "number", currency: null, word: name in UNIT_WORDS ? name : "" };
}
