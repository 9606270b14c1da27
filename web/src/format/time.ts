/** Times as people read them. Cells of answers are local labels in the report's zone; instants are shown in that zone. */
import type { Locale } from "./number";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: Locale, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    const tag = locale === "en" ? "en-GB" : "zh-CN";
    try {
      found = new Intl.DateTimeFormat(tag, { ...options, timeZone: zone || undefined });
    } catch {
      found = new Intl.DateTimeFormat(tag, options);
    }
    cache.set(key, found);
  }
  return found;
}

/** `14:36` in a zone. */
export function clock(at: Date, zone: string, seconds = false): string {
  return formatter("en", zone, { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23" }).format(at);
}

/** `11 月 20 日 周五`, `Fri 20 Nov`. */
export function dayName(at: Date, zone: string, locale: Locale): string {
  const parts = Object.fromEntries(
    formatter(locale, zone, { month: locale === "en" ? "short" : "numeric", day: "numeric", weekday: "short" })
      .formatToParts(at).map((part) => [part.type, part.value]),
  );
  return locale === "en" ? `${parts.weekday} ${parts.day} ${parts.month}` : `${parts.month} 月 ${parts.day} 日 ${parts.weekday}`;
}

export interface Label {
  grain: "quarter_hour" | "hour" | "day" | "week" | "month" | "quarter" | "year";
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  week: number;
}

/** Reads a time cell: 2026-11-20T14:15, 2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026; null when it is none. */
export function readLabel(cell: unknown): Label | null {
  const text = String(cell ?? "");
  const base = { year: 0, month: 1, day: 1, hour: 0, minute: 0, week: 0 };
  let match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/.exec(text);
  if (match) {
    const [, year, month, day, hour, minute] = match;
    const at = { ...base, year: Number(year), month: Number(month), day: Number(day), hour: Number(hour ?? 0), minute: Number(minute ?? 0) };
    return { ...at, grain: hour === undefined ? "day" : "quarter_hour" };
  }
  match = /^(\d{4})-W(\d\d)$/.exec(text);
  if (match) return { ...base, year: Number(match[1]), week: Number(match[2]), grain: "week" };
  match = /^(\d{4})-Q(\d)$/.exec(text);
  if (match) return { ...base, year: Number(match[1]), month: Number(match[2]) * 3 - 2, grain: "quarter" };
  match = /^(\d{4})-(\d\d)$/.exec(text);
  if (match) return { ...base, year: Number(match[1]), month: Number(match[2]), grain: "month" };
  match = /^(\d{4})$/.exec(text);
  return match ? { ...base, year: Number(match[1]), grain: "year" } : null;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number) => String(value).padStart(2, "0");

/** Short, for an axis: 14:15, 10-21 / 21 Oct, 11 月 / Nov. */
export function axisLabel(cell: unknown, locale: Locale): string {
  const at = readLabel(cell);
  if (!at) return String(cell ?? "");
  const month = MONTHS[at.month - 1] ?? "";
  switch (at.grain) {
    case "quarter_hour": return `${two(at.hour)}:${two(at.minute)}`;
    case "day": return locale === "en" ? `${at.day} ${month}` : `${two(at.month)}-${two(at.day)}`;
    case "week": return locale === "en" ? `wk ${at.week}` : `${at.week} 周`;
    case "month": return locale === "en" ? (at.month === 1 ? String(at.year) : month) : at.month === 1 ? `${at.year} 年` : `${at.month} 月`;
    case "quarter": return `Q${Math.ceil(at.month / 3)}`;
    default: return String(at.year);
  }
}

/** Whole, for tooltips and tables: 11 月 20 日 周五 14:15, Fri 20 Nov, 14:15. */
export function longLabel(cell: unknown, locale: Locale): string {
  const at = readLabel(cell);
  if (!at) return String(cell ?? "");
  if (at.grain === "quarter_hour" || at.grain === "day") {
    const day = dayName(new Date(Date.UTC(at.year, at.month - 1, at.day, 12)), "UTC", locale);
    const time = at.grain === "day" ? "" : ` ${two(at.hour)}:${two(at.minute)}`;
    return locale === "en" && time ? `${day},${time}` : day + time;
  }
  if (at.grain === "month") return locale === "en" ? `${MONTHS[at.month - 1]} ${at.year}` : `${at.year} 年 ${at.month} 月`;
  if (at.grain === "week") return locale === "en" ? `Week ${at.week}, ${at.year}` : `${at.year} 年第 ${at.week} 周`;
  return at.grain === "quarter" ? `${at.year} Q${Math.ceil(at.month / 3)}` : String(at.year);
}

const WEEKDAYS = { "zh-CN": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"], en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] };

/** 1 = Monday … 7 = Sunday. */
export function weekdayName(number: number, locale: Locale): string {
  return WEEKDAYS[locale][(number + 6) % 7] ?? String(number);
}

export interface Age {
  unit: "second" | "minute" | "hour" | "day";
  count: number;
}

/** How long ago, in the greatest unit that has passed whole. */
export function ageOf(milliseconds: number): Age {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return { unit: "second", count: seconds };
  if (seconds < 3600) return { unit: "minute", count: Math.floor(seconds / 60) };
  return seconds < 172800 ? { unit: "hour", count: Math.floor(seconds / 3600) } : { unit: "day", count: Math.floor(seconds / 86400) };
}
