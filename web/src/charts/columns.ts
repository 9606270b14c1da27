/** Columns for few periods or members: zero base, the unfinished one outlined and dashed. */
import { say, sayChange, scaleFor, show, join, type Locale, type Unit } from "../format/number";
import { axisText, categoryAxis, evenly, ticks, tipContent, tooltip, valueAxis, widthOf, type TipLine } from "./axes";
import type { Drawing } from "./Chart";
import { festivalGround, type Stretch } from "./festivals";
import type { Palette } from "./palette";

export interface Columns {
  names: string[];
  longNames: string[];
  values: (number | null)[];
  before?: (number | null)[];
  change?: (number | null)[];
  unit: Unit;
  points: boolean;
  /** The column of the period that still runs; -1 when all are over. */
  open: number;
  measure: string;
  festivals?: Stretch[];
  beforeName: string;
}

export function drawColumns(columns: Columns, locale: Locale) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const all = [...columns.values, ...(columns.before ?? [])].filter((value): value is number => value !== null);
    const range = ticks(Math.min(0, ...all), Math.max(...all, 0) || 1, true);
    const scale = scaleFor(Math.max(Math.abs(range.max), Math.abs(range.min)), locale);
    const tickWidth = Math.max(...[range.min, range.max, range.min + range.interval].map((value) => widthOf(axisText(value, scale, columns.unit, locale), colours.text)));
    const peak = columns.values.reduce<number>((best, value, index) => ((value ?? -Infinity) > (columns.values[best] ?? -Infinity) ? index : best), 0);
    const bars = columns.values.map((value, index) => {
      const open = index === columns.open;
      const itemStyle = open
        ? { color: colours.band, borderColor: colours.series[0], borderWidth: 1.5, borderType: [4, 3], borderRadius: [3, 3, 0, 0] }
        : { color: colours.series[0], borderRadius: [3, 3, 0, 0] };
      return { value, itemStyle };
    });
    const tip = (index: number) => {
      const change = columns.change?.[index] ?? null;
      const value = columns.values[index] ?? null;
      const lines: TipLine[] = [{ name: columns.measure, colour: colours.series[0] ?? "", value, text: say(value, columns.unit, locale, "full"), extra: change === null ? "" : sayChange(change, columns.points, locale) }];
      if (columns.before) lines.push({ name: columns.beforeName, colour: colours.compare, value: columns.before[index] ?? null, text: say(columns.before[index] ?? null, columns.unit, locale, "full") });
      return tipContent(columns.longNames[index] ?? "", lines);
    };
    const series: Record<string, unknown>[] = [{
      type: "bar", barWidth: "58%", barMaxWidth: 48, data: bars, emphasis: { disabled: true },
      label: { show: true, position: "top", fontSize: colours.text, fontFamily: colours.font, color: colours.ink2, formatter: (point: { dataIndex: number; value: number }) => (point.dataIndex === peak ? join(show(point.value, { ...columns.unit, kind: columns.unit.kind === "money" ? "number" : columns.unit.kind }, locale, "short"), locale) : "") },
    }];
    if (columns.before) {
      series.push({ type: "line", data: columns.before, symbol: "none", step: false, lineStyle: { color: colours.compare, width: colours.stroke * 0.55 }, silent: true, z: 3 });
    }
    const step = (width - tickWidth - 18) / Math.max(1, columns.values.length);
    if (series[0]) Object.assign(series[0], festivalGround(columns.festivals ?? [], tickWidth + 10 + step / 2, step, 2, height - colours.text * 2, colours));
    return {
      points: columns.values.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: colours.text },
        grid: { left: tickWidth + 10, right: 8, top: colours.text * 2, bottom: colours.text * 2, containLabel: false, outerBoundsMode: "none" },
        tooltip: { ...tooltip(colours, "axis", tip), axisPointer: { type: "shadow", shadowStyle: { color: colours.grid, opacity: 0.5 } } },
        xAxis: categoryAxis(columns.names, evenly(columns.names.length, width - tickWidth - 20, Math.max(...columns.names.map((name) => widthOf(name, colours.text)), 1) * 0.75), colours),
        yAxis: valueAxis(range, scale, columns.unit, locale, colours),
        series,
      },
    };
  };
}
