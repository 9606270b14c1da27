/** Axes, grid and tooltip shared by all charts with a plot. */
import { digits, scaleFor, type Locale, type Scale, type Unit, currencySign, wordIn } from "../format/number";
import type { Palette } from "./palette";

/** Four or five round ticks from zero (or around the values) that hold `max`. */
export function ticks(low: number, high: number, fromZero: boolean): { min: number; max: number; interval: number } {
  const bottom = fromZero ? Math.min(0, low) : low;
  const span = Math.max(high - bottom, Number.EPSILON * Math.max(1, Math.abs(high)));
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = ([1, 2, 2.5, 4, 5, 10].find((step) => step * power >= rough * 0.999) ?? 10) * power;
  const min = Math.floor(bottom / interval + 1e-9) * interval;
  return { min, max: Math.max(min + interval, Math.ceil(high / interval - 1e-9) * interval), interval };
}

export function axisText(value: number, scale: Scale, unit: Unit, locale: Locale): string {
  if (unit.kind === "ratio") return `${digits(value * 100, Number.isInteger(Number((value * 100).toFixed(6))) ? 0 : Number.isInteger(Number((value * 1000).toFixed(5))) ? 1 : 2)}%`;
  const own = locale === "en" ? scaleFor(value, locale) : scale;
  const scaled = value / own.divisor;
  const decimals = Number.isInteger(Number(scaled.toFixed(6))) ? 0 : Number.isInteger(Number((scaled * 10).toFixed(5))) ? 1 : 2;
  return digits(scaled, decimals) + (locale === "en" && value !== 0 ? own.suffix : "");
}

/** What stands beside the title instead of on each tick: 万元, ¥, 万, %. */
export function axisUnit(max: number, unit: Unit, locale: Locale): string {
  if (unit.kind === "ratio") return "";
  const scale = scaleFor(max, locale);
  if (unit.kind === "money") {
    if (locale === "zh-CN" && unit.currency === "CNY") return `${scale.suffix}元`;
    return locale === "zh-CN" ? `${scale.suffix}${currencySign(unit.currency).trim()}` : currencySign(unit.currency).trim();
  }
  return [locale === "zh-CN" ? scale.suffix : "", wordIn(unit.word, locale)].filter(Boolean).join(" ");
}

export function valueAxis(range: { min: number; max: number; interval: number }, scale: Scale, unit: Unit, locale: Locale, colours: Palette) {
  return {
    type: "value", ...range, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: colours.grid } },
    axisLabel: { color: colours.axis, fontSize: colours.text, fontFamily: colours.font, margin: 8, formatter: (value: number) => axisText(value, scale, unit, locale) },
  };
}

export function categoryAxis(labels: string[], every: (index: number) => boolean, colours: Palette, extra: Record<string, unknown> = {}, label: Record<string, unknown> = {}) {
  return {
    type: "category", data: labels, axisTick: { show: false }, axisLine: { show: true, lineStyle: { color: colours.line } }, splitLine: { show: false },
    axisLabel: { color: colours.axis, fontSize: colours.text, fontFamily: colours.font, interval: (index: number) => every(index), hideOverlap: false, showMaxLabel: null, ...label },
    ...extra,
  };
}

/** Which labels of a time axis are written so that they fit and stand at even steps. */
export function evenly(count: number, width: number, labelWidth: number): (index: number) => boolean {
  const fit = Math.max(2, Math.floor(width / (labelWidth * 2.2)));
  const step = Math.max(1, Math.ceil(count / fit));
  const nice = [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 24, 30].find((each) => each >= step) ?? step;
  return (index) => index % nice === 0;
}

export function widthOf(text: string, size: number): number {
  return [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e80 ? 1 : 0.58), 0) * size;
}

/** How far each end label must move (px) so that none covers another; values from low to high on a plot of this height. */
export function apart(values: (number | null)[], range: { min: number; max: number }, height: number, line: number): number[] {
  const span = range.max - range.min || 1;
  const wanted = values.map((value, index) => ({ index, y: value === null ? height : height * (1 - (value - range.min) / span) }));
  const order = [...wanted].sort((a, b) => a.y - b.y);
  const placed = order.map((each) => each.y);
  for (let round = 0; round < 30; round++) {
    for (let index = 1; index < placed.length; index++) {
      const lack = line - ((placed[index] ?? 0) - (placed[index - 1] ?? 0));
      if (lack <= 0) continue;
      placed[index - 1] = (placed[index - 1] ?? 0) - lack / 2;
      placed[index] = (placed[index] ?? 0) + lack / 2;
    }
    const over = (placed.at(-1) ?? 0) - height;
    if (over > 0) for (let index = placed.length - 1; index >= 0; index--) placed[index] = Math.min(placed[index] ?? 0, height - (placed.length - 1 - index) * line);
  }
  const moved = Array<number>(values.length).fill(0);
  order.forEach((each, index) => {
    moved[each.index] = (placed[index] ?? each.y) - each.y;
  });
  return moved;
}

export interface TipLine {
  name: string;
  colour: string;
  value: number | null;
  text: string;
  extra?: string;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);
}

/** Time on top, then the lines, greatest first. Built as DOM, so that no text of the data is read as markup. */
export function tipContent(head: string, lines: TipLine[]): HTMLElement {
  const root = document.createElement("div");
  const title = root.appendChild(document.createElement("div"));
  title.className = "h";
  title.textContent = head;
  const list = root.appendChild(document.createElement("dl"));
  for (const line of [...lines].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))) {
    const name = list.appendChild(document.createElement("dt"));
    const dot = name.appendChild(document.createElement("i"));
    dot.style.background = line.colour;
    name.append(line.name);
    list.appendChild(document.createElement("dd")).textContent = line.text;
    const extra = list.appendChild(document.createElement("dd"));
    extra.className = "x";
    extra.textContent = line.extra ?? "";
  }
  return root;
}

export function tooltip(colours: Palette, trigger: "axis" | "item", content: (index: number) => HTMLElement) {
  return {
    trigger, confine: true, appendTo: "body", className: "chart-tip", transitionDuration: 0, backgroundColor: colours.surface, borderWidth: 0, padding: [8, 12],
    textStyle: { fontFamily: colours.font, color: colours.ink },
    axisPointer: { type: "line", lineStyle: { color: colours.compare, width: 1, type: "solid" }, z: 1 },
    formatter: (given: { dataIndex: number } | { dataIndex: number }[]) => content((Array.isArray(given) ? given[0] : given)?.dataIndex ?? 0),
  };
}
