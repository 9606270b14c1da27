/** Stacked columns: parts of a whole in each period; zero base, five parts and the others. */
import { say, sayShare, scaleFor, type Locale } from "../format/number";
import { axisLabel, longLabel } from "../format/time";
import { axisText, categoryAxis, evenly, ticks, tipContent, tooltip, valueAxis, widthOf } from "./axes";
import type { Drawing } from "./Chart";
import { festivalGround } from "./festivals";
import type { Palette } from "./palette";
import type { Trend } from "./trend";

export function drawStacked(trend: Trend, locale: Locale) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const sums = trend.at.map((_, index) => trend.series.reduce((sum, series) => sum + Math.max(0, series.values[index] ?? 0), 0));
    const range = ticks(0, Math.max(...sums, 0) || 1, true);
    const scale = scaleFor(range.max, locale);
    const tickWidth = Math.max(...[range.max, range.interval].map((value) => widthOf(axisText(value, scale, trend.unit, locale), colours.text)));
    const colourOf = (index: number) => (trend.series[index]?.rest ? colours.rest : (colours.series[index % colours.series.length] as string));
    const last = trend.at.length - 1;
    const series: Record<string, unknown>[] = trend.series.map((each, number) => ({
      type: "bar", stack: "whole", name: each.name, barWidth: "62%", barMaxWidth: 48, emphasis: { disabled: true },
      data: each.values.map((value, index) => ({ value, itemStyle: { color: colourOf(number), borderColor: colours.surface, borderWidth: 0.5, opacity: trend.unfinished && index === last ? 0.55 : 1 } })),
    }));
    const left = tickWidth + 10;
    const step = (width - left - 8) / Math.max(1, trend.at.length);
    if (series[0]) Object.assign(series[0], festivalGround(trend.festivals ?? [], left + step / 2, step, 2, height - colours.text * 2, colours));
    const tip = (index: number) => tipContent(longLabel(trend.at[index], locale), trend.series.map((each, number) => {
      const value = each.values[index] ?? null;
      return { name: each.name, colour: colourOf(number), value, text: say(value, trend.unit, locale, "full"), extra: value !== null && (sums[index] ?? 0) > 0 ? sayShare(value / (sums[index] as number)) : "" };
    }));
    const names = trend.at.map((cell) => axisLabel(cell, locale));
    return {
      points: trend.at.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: colours.text },
        grid: { left, right: 8, top: colours.text * (trend.festivals?.length ? 1.9 : 1.4), bottom: colours.text * 2, containLabel: false, outerBoundsMode: "none" },
        tooltip: { ...tooltip(colours, "axis", tip), axisPointer: { type: "shadow", shadowStyle: { color: colours.grid, opacity: 0.5 } } },
        xAxis: categoryAxis(names, evenly(names.length, width - left - 8, Math.max(...names.map((name) => widthOf(name, colours.text)), 1) * 0.75), colours),
        yAxis: valueAxis(range, scale, trend.unit, locale, colours),
        series,
      },
    };
  };
}
