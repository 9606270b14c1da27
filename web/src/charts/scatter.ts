/** Two measures of each member as points, with both medians drawn; the outermost points carry their names. */
import { say, scaleFor, type Locale, type Unit } from "../format/number";
import { axisText, axisUnit, ticks, tipContent, tooltip, valueAxis, widthOf } from "./axes";
import type { Drawing } from "./Chart";
import type { Palette } from "./palette";

export interface Point {
  name: string;
  x: number;
  y: number;
}

export interface Scatter {
  points: Point[];
  x: { name: string; unit: Unit };
  y: { name: string; unit: Unit };
  /** A value of the y measure from which on it pays, with its word; drawn as a dotted line. */
  level?: { value: number; name: string };
}

const NAMED = 8;

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function drawScatter(scatter: Scatter, medianName: string, locale: Locale) {
  return (colours: Palette, width: number): Drawing => {
    const { points } = scatter;
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const ranges = [ticks(0, Math.max(...xs, 0) || 1, true), ticks(Math.min(0, ...ys), Math.max(...ys, scatter.level?.value ?? 0, 0) || 1, true)] as const;
    const scales = [scaleFor(ranges[0].max, locale), scaleFor(ranges[1].max, locale)] as const;
    const tickWidth = Math.max(...[ranges[1].max, ranges[1].interval].map((value) => widthOf(axisText(value, scales[1], scatter.y.unit, locale), colours.text)));
    const named = new Set([...points].sort((a, b) => b.x - a.x).slice(0, width < 420 ? 3 : NAMED));
    const line = (at: Record<string, number>, name: string, type: unknown, colour: string, position = "insideEndTop") => ({ ...at, lineStyle: { color: colour, width: 1, type }, label: { show: true, formatter: name, position, color: colours.axis, fontSize: colours.text, fontFamily: colours.font } });
    const marks = points.length > 1 ? [line({ xAxis: median(xs) }, median(xs) > ranges[0].max * 0.25 ? medianName : "", "solid", colours.compare, "end"), line({ yAxis: median(ys) }, medianName, "solid", colours.compare)] : [];
    if (scatter.level) marks.push(line({ yAxis: scatter.level.value }, scatter.level.name, [2, 3], colours.ink));
    const size = colours.text;
    const name = { nameTextStyle: { color: colours.ink2, fontSize: size, fontFamily: colours.font } };
    return {
      points: points.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: size },
        grid: { left: tickWidth + 10, right: 16, top: size * 2.2, bottom: size * 3.4, containLabel: false, outerBoundsMode: "none" },
        tooltip: tooltip(colours, "item", (index) => {
          const point = points[index];
          return tipContent(point?.name ?? "", point ? [
            { name: scatter.y.name, colour: colours.series[0] ?? "", value: 1, text: say(point.y, scatter.y.unit, locale, "full") },
            { name: scatter.x.name, colour: colours.compare, value: 0, text: say(point.x, scatter.x.unit, locale, "full") },
          ] : []);
        }),
        xAxis: { ...valueAxis(ranges[0], scales[0], scatter.x.unit, locale, colours), splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: colours.line } }, name: [scatter.x.name, axisUnit(ranges[0].max, scatter.x.unit, locale)].filter(Boolean).join(" · "), nameLocation: "middle", nameGap: size * 2, ...name },
        yAxis: { ...valueAxis(ranges[1], scales[1], scatter.y.unit, locale, colours), name: [scatter.y.name, axisUnit(ranges[1].max, scatter.y.unit, locale)].filter(Boolean).join(" · "), nameLocation: "end", nameGap: size * 0.7, nameTextStyle: { ...name.nameTextStyle, align: "left", padding: [0, 0, 0, -tickWidth - 6] } },
        series: [{
          type: "scatter", symbolSize: 11, data: points.map((point) => ({ value: [point.x, point.y], label: { position: point.x > ranges[0].max * 0.6 ? "left" : "right" } })), itemStyle: { color: colours.series[0], opacity: 0.82, borderColor: colours.surface, borderWidth: 1 },
          label: { show: true, position: "right", distance: 4, color: colours.ink2, fontSize: size, fontFamily: colours.font, formatter: ({ dataIndex }: { dataIndex: number }) => { const point = points[dataIndex]; return point && named.has(point) ? point.name : ""; } },
          labelLayout: { hideOverlap: true }, markLine: { silent: true, symbol: "none", animation: false, data: marks },
        }],
      },
    };
  };
}
