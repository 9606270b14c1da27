/** Columns of one measure above a line of another, on one time axis. Never two scales in one plot: each measure has a plot of its own. */
import { say, sayChange, scaleFor, type Locale, type Unit } from "../format/number";
import { axisLabel, longLabel } from "../format/time";
import { axisText, axisUnit, categoryAxis, evenly, ticks, tipContent, tooltip, valueAxis, widthOf, type TipLine } from "./axes";
import type { Drawing } from "./Chart";
import { festivalGround, type Stretch } from "./festivals";
import type { Palette } from "./palette";

export interface Part {
  name: string;
  values: (number | null)[];
  change?: (number | null)[];
  unit: Unit;
  points: boolean;
}

export interface Combo {
  at: string[];
  columns: Part;
  line: Part;
  unfinished: boolean;
  festivals?: Stretch[];
}

function knownOf(part: Part): number[] {
  return part.values.filter((value): value is number => value !== null);
}

function rangeOf(part: Part) {
  const known = knownOf(part);
  return ticks(Math.min(0, ...known), Math.max(0, ...known) || 1, true);
}

/** A line that stays far from zero would be flat there: its plot begins near its lowest value, and says so. */
export function lineRange(part: Part): { min: number; max: number; interval: number } {
  const known = knownOf(part);
  const low = Math.min(...known);
  const high = Math.max(...known);
  if (!known.length || low <= 0 || high <= 0 || low < high * 0.6) return rangeOf(part);
  const margin = Math.max((high - low) * 0.15, high * 0.01);
  return ticks(low - margin, high + margin, false);
}

export function drawCombo(combo: Combo, locale: Locale, notFromZero: string) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const size = colours.text;
    const parts = [combo.columns, combo.line];
    const ranges = [rangeOf(combo.columns), lineRange(combo.line)];
    const scales = ranges.map((range) => scaleFor(range.max, locale));
    const tickWidth = Math.max(...parts.flatMap((part, index) => [ranges[index]?.max ?? 0, ranges[index]?.min ?? 0, (ranges[index]?.min ?? 0) + (ranges[index]?.interval ?? 0)].map((value) => widthOf(axisText(value, scales[index] as never, part.unit, locale), size))));
    const left = tickWidth + 14;
    const above = size * 2.6;
    const gap = size * 3.2;
    const inner = Math.max(60, height - above - gap - size * 2);
    const upper = inner * 0.58;
    const grids = [
      { left, right: 8, top: above, height: upper, containLabel: false, outerBoundsMode: "none" },
      { left, right: 8, top: above + upper + gap, height: inner - upper, containLabel: false, outerBoundsMode: "none" },
    ];
    const names = combo.at.map((cell) => axisLabel(cell, locale));
    const every = evenly(names.length, width - left - 8, Math.max(...names.map((name) => widthOf(name, size)), 1) * 0.75);
    const axes = grids.map((_, index) => ({ ...categoryAxis(names, index ? every : () => false, colours), gridIndex: index }));
    const values = parts.map((part, index) => ({
      ...valueAxis(ranges[index] as never, scales[index] as never, part.unit, locale, colours), gridIndex: index, name: [part.name, axisUnit(ranges[index]?.max ?? 0, part.unit, locale), (ranges[index]?.min ?? 0) > 0 ? notFromZero : ""].filter(Boolean).join(" · "), nameLocation: "end", nameGap: size * 0.95,
      nameTextStyle: { align: "left", color: colours.ink2, fontSize: size, fontFamily: colours.font, padding: [0, 0, 0, -left + 2] },
    }));
    const last = combo.at.length - 1;
    const step = (width - left - 8) / Math.max(1, combo.at.length);
    const ground = festivalGround(combo.festivals ?? [], left + step / 2, step, size * 0.9, above + upper, colours, left + widthOf(parts[0]?.name ?? "", size));
    const bars = combo.columns.values.map((value, index) => ({ value, itemStyle: { color: colours.series[0], borderRadius: [3, 3, 0, 0], opacity: combo.unfinished && index === last ? 0.5 : 1 } }));
    const cut = combo.unfinished && last > 0;
    const line = { type: "line", symbol: "none", xAxisIndex: 1, yAxisIndex: 1, silent: true, connectNulls: false };
    const tip = (index: number) => tipContent(longLabel(combo.at[index], locale), parts.map<TipLine>((part, number) => {
      const change = part.change?.[index] ?? null;
      return { name: part.name, colour: colours.series[number] ?? "", value: -number, text: say(part.values[index] ?? null, part.unit, locale, "full"), extra: change === null ? "" : sayChange(change, part.points, locale) };
    }));
    return {
      points: combo.at.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: size },
        grid: grids, xAxis: axes, yAxis: values,
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        tooltip: tooltip(colours, "axis", tip),
        series: [
          { type: "bar", barWidth: "58%", barMaxWidth: 40, data: bars, emphasis: { disabled: true }, ...ground },
          { ...line, data: combo.line.values.map((value, index) => (cut && index === last ? null : value)), lineStyle: { color: colours.series[1], width: colours.stroke } },
          ...(cut ? [{ ...line, data: combo.line.values.map((value, index) => (index >= last - 1 ? value : null)), lineStyle: { color: colours.series[1], width: colours.stroke, type: [5, 4] } }] : []),
        ],
      },
    };
  };
}
