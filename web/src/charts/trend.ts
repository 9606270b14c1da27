/** Lines and stacked areas over time: label at the line's end, the earlier period thin and grey, the unfinished period dashed. */
import { say, sayChange, sayShare, scaleFor, type Locale, type Unit } from "../format/number";
import { axisLabel, longLabel } from "../format/time";
import { apart, categoryAxis, evenly, ticks, tipContent, tooltip, valueAxis, axisText, widthOf, type TipLine } from "./axes";
import type { Drawing } from "./Chart";
import { festivalGround, type Stretch } from "./festivals";
import type { Palette } from "./palette";

export interface Series {
  name: string;
  values: (number | null)[];
  /** The same in the earlier period; drawn when there is one series only. */
  before?: (number | null)[];
  change?: (number | null)[];
  rest?: boolean;
}

export interface Trend {
  /** Time cells as the answer gives them. */
  at: string[];
  series: Series[];
  unit: Unit;
  points: boolean;
  area: boolean;
  /** Whether the last period still runs. */
  unfinished: boolean;
  beforeName: string;
  festivals?: Stretch[];
  /** Values that are drawn by somebody else and must find room. */
  holds?: (number | null)[];
}

const known = (values: (number | null)[]) => values.filter((value): value is number => value !== null);

function lowest(trend: Trend): number {
  return Math.min(...trend.series.flatMap((series) => known([...series.values, ...(series.before ?? [])])), ...known(trend.holds ?? []), Infinity);
}

function highest(trend: Trend): number {
  if (trend.area) return Math.max(0, ...trend.at.map((_, index) => trend.series.reduce((sum, series) => sum + (series.values[index] ?? 0), 0)));
  return Math.max(...trend.series.flatMap((series) => known([...series.values, ...(series.before ?? [])])), ...known(trend.holds ?? []), 0);
}

function tipOf(trend: Trend, colours: Palette, locale: Locale) {
  return (index: number) => {
    const lines: TipLine[] = [];
    const whole = trend.area ? trend.series.reduce((sum, series) => sum + (series.values[index] ?? 0), 0) : 0;
    trend.series.forEach((series, number) => {
      const value = series.values[index] ?? null;
      const change = series.change?.[index] ?? null;
      const extra = trend.area && value !== null && whole > 0 ? sayShare(value / whole) : change !== null ? sayChange(change, trend.points, locale) : "";
      lines.push({ name: series.name, colour: colourOf(series, number, colours), value, text: say(value, trend.unit, locale, "full"), extra });
      if (series.before && trend.series.length === 1) {
        const before = series.before[index] ?? null;
        lines.push({ name: trend.beforeName, colour: colours.compare, value: before, text: say(before, trend.unit, locale, "full") });
      }
    });
    return tipContent(longLabel(trend.at[index], locale), lines);
  };
}

function colourOf(series: Series, index: number, colours: Palette): string {
  return series.rest ? colours.rest : (colours.series[index % colours.series.length] as string);
}

function drawn(trend: Trend, series: Series, index: number, colours: Palette, labels: boolean, shift: number): Record<string, unknown>[] {
  const colour = colourOf(series, index, colours);
  const width = trend.series.length > 1 ? colours.stroke * 0.78 : colours.stroke;
  const endLabel = {
    show: labels && trend.series.length > 1, formatter: `{d|●} ${series.name}`, rich: { d: { color: colour, fontSize: colours.text - 2 } },
    color: colours.ink, fontSize: colours.text, fontFamily: colours.font, distance: 6, offset: [0, shift],
  };
  const base = { type: "line", name: series.name, symbol: "circle", symbolSize: 7, showSymbol: false, itemStyle: { color: colour }, emphasis: { disabled: true } };
  if (trend.area) {
    return [{ ...base, stack: "whole", data: series.values.map((value) => value ?? 0), lineStyle: { color: colours.surface, width: 1 }, areaStyle: { color: colour, opacity: 1 }, endLabel }];
  }
  const last = trend.at.length - 1;
  const cut = trend.unfinished && last > 0;
  const whole = series.values.map((value, at) => (cut && at === last ? null : value));
  const lines: Record<string, unknown>[] = [];
  if (series.before && trend.series.length === 1) {
    lines.push({ ...base, name: trend.beforeName, data: series.before, lineStyle: { color: colours.compare, width: colours.stroke * 0.55 }, itemStyle: { color: colours.compare } });
  }
  const here = known(series.values).length ? series.values.reduce<number>((found, value, at) => (value === null ? found : at), 0) : -1;
  const mark = trend.series.length === 1 && here >= 0 ? { markPoint: { symbol: "circle", symbolSize: colours.text * 0.68, silent: true, label: { show: false }, itemStyle: { color: colour, borderColor: colours.surface, borderWidth: 2 }, data: [{ coord: [here, series.values[here]] }] } } : {};
  lines.push({ ...base, data: whole, lineStyle: { color: colour, width, cap: "round" }, z: 3, ...(cut ? {} : mark), endLabel: cut ? { show: false } : endLabel });
  if (cut) {
    const dashed = series.values.map((value, at) => (at >= last - 1 ? value : null));
    lines.push({ ...base, data: dashed, lineStyle: { color: colour, width, type: [5, 4] }, z: 3, ...mark, endLabel });
  }
  return lines;
}

/** A ratio that stays far from zero is drawn around its values; amounts begin at zero. */
export function trendRange(trend: Trend): { min: number; max: number; interval: number } {
  const high = highest(trend);
  const low = lowest(trend);
  const fromZero = trend.area || trend.unit.kind !== "ratio" || low < high * 0.5;
  return ticks(fromZero ? Math.min(0, low) : low, high || 1, fromZero);
}

export function drawTrend(trend: Trend, locale: Locale) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const range = trendRange(trend);
    const above = trend.festivals?.length || trend.holds ? colours.text * 1.8 : 12;
    const scale = scaleFor(range.max, locale);
    const tickWidth = Math.max(...[range.min, range.max, range.min + range.interval].map((value) => widthOf(axisText(value, scale, trend.unit, locale), colours.text)));
    const labels = width > 360;
    const names = trend.series.length > 1 && labels ? Math.max(...trend.series.map((series) => widthOf(series.name, colours.text))) + 24 : 0;
    const texts = trend.at.map((cell) => axisLabel(cell, locale));
    const inside = width - tickWidth - names - 20;
    const every = evenly(texts.length, inside, widthOf(texts.at(-1) ?? "", colours.text));
    // A label begins at its point: one that would hang out at the right end is left out.
    const room = (index: number) => ((texts.length - 1 - index) * inside) / Math.max(1, texts.length - 1) + Math.max(10, names) >= widthOf(texts[index] ?? "", colours.text);
    const whole = (index: number) => every(index) && room(index);
    const plot = height - above - colours.text * 2;
    let sum = 0;
    const ends = trend.series.map((each) => (trend.area ? (sum += each.values.at(-1) ?? 0) : (each.values.findLast((value) => value !== null) ?? null)));
    const shifts = apart(ends, range, plot, colours.text * 1.3);
    const series = trend.series.flatMap((each, index) => drawn(trend, each, index, colours, labels, shifts[index] ?? 0));
    if (series[0]) Object.assign(series[0], festivalGround(trend.festivals ?? [], tickWidth + 10, (width - tickWidth - 10 - Math.max(10, names)) / Math.max(1, trend.at.length - 1), 2, height - colours.text * 2, colours));
    return {
      points: trend.at.length, series: series.findIndex((each) => each.name === trend.series[0]?.name),
      option: {
        textStyle: { fontFamily: colours.font, fontSize: colours.text },
        grid: { left: tickWidth + 10, right: Math.max(10, names), top: above, bottom: colours.text * 2, containLabel: false, outerBoundsMode: "none" },
        tooltip: tooltip(colours, "axis", tipOf(trend, colours, locale)),
        xAxis: categoryAxis(texts, whole, colours, { boundaryGap: false }, { align: "left", margin: 8 }),
        yAxis: valueAxis(range, scale, trend.unit, locale, colours),
        series,
      },
    };
  };
}
