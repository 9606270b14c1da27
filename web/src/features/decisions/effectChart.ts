/** What was, and what would have been: the actual line, "without it" with its band, and where the decision took effect. */
import type { Effect } from "../../api/decisions";
import type { Drawing } from "../../charts/Chart";
import type { Palette } from "../../charts/palette";
import { drawTrend } from "../../charts/trend";
import type { Locale, Unit } from "../../format/number";

export function drawEffect(effect: Effect, begins: string, unit: Unit, locale: Locale, names: { actual: string; without: string; begins: string }) {
  const days = effect.days ?? [];
  const lo = days.map((day) => day.lo ?? null);
  const hi = days.map((day) => day.hi ?? null);
  const trend = drawTrend({
    at: days.map((day) => day.day), unit, points: false, area: false, unfinished: false, beforeName: "", holds: [...lo, ...hi],
    series: [{ name: names.actual, values: days.map((day) => day.actual) }, { name: names.without, values: days.map((day) => day.expected ?? null), rest: true }],
  }, locale);
  return (colours: Palette, width: number, height: number): Drawing => {
    const drawing = trend(colours, width, height);
    const band = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, z: 1 };
    const series = drawing.option.series as Record<string, unknown>[];
    const at = days.findIndex((day) => day.day >= begins);
    if (series[0] && at >= 0) series[0].markLine = { silent: true, symbol: "none", lineStyle: { color: colours.series[0], width: 1.2, type: "solid" }, label: { formatter: `◆ ${names.begins}`, color: colours.ink, fontSize: colours.text, position: "end" }, data: [{ xAxis: at }] };
    series.push({ ...band, data: lo }, { ...band, data: hi.map((high, index) => { const low = lo[index] ?? null; return high === null || low === null ? null : high - low; }), areaStyle: { color: colours.rest, opacity: 0.28 } });
    return drawing;
  };
}
