/** Two measures of each member as points, with both medians drawn; the greatest points carry their names where these have room. */
import { say, scaleFor, type Locale, type Unit } from "../format/number";
import { axisText, axisUnit, ticks, tipContent, tooltip, valueAxis, widthOf } from "./axes";
import type { Drawing } from "./Chart";
import { placed, type Box } from "./labels";
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
const RADIUS = 5.5;

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function drawScatter(scatter: Scatter, medianName: string, locale: Locale) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const { points } = scatter;
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const ranges = [ticks(0, Math.max(...xs, 0) || 1, true), ticks(Math.min(0, ...ys), Math.max(...ys, scatter.level?.value ?? 0, 0) || 1, true)] as const;
    const scales = [scaleFor(ranges[0].max, locale), scaleFor(ranges[1].max, locale)] as const;
    const tickWidth = Math.max(...[ranges[1].max, ranges[1].interval].map((value) => widthOf(axisText(value, scales[1], scatter.y.unit, locale), colours.text)));
    const size = colours.text;
    const plot: Box = { left: tickWidth + 10, right: width - 16, top: size * 2.6, bottom: height - size * 3.4 };
    const at = {
      x: (value: number) => plot.left + ((value - ranges[0].min) / (ranges[0].max - ranges[0].min)) * (plot.right - plot.left),
      y: (value: number) => plot.bottom - ((value - ranges[1].min) / (ranges[1].max - ranges[1].min)) * (plot.bottom - plot.top),
    };
    const line = (where: Record<string, number>, name: string, type: unknown, colour: string, position = "insideEndTop") => ({ ...where, lineStyle: { color: colour, width: 1, type }, label: { show: true, formatter: name, position, color: colours.axis, fontSize: size, fontFamily: colours.font } });
    const middle = { x: median(xs), y: median(ys) };
    const level = scatter.level;
    // Two level lines close together carry their words on their outer sides.
    const isLow = level !== undefined && level.value < middle.y;
    const levelled = points.length > 1 ? [{ y: middle.y, name: medianName, below: level !== undefined && !isLow }] : [];
    if (level) levelled.push({ y: level.value, name: level.name, below: isLow });
    const marks = points.length > 1 ? [line({ xAxis: middle.x }, middle.x > ranges[0].max * 0.25 ? medianName : "", "solid", colours.compare, "end"), line({ yAxis: middle.y }, medianName, "solid", colours.compare, level && !isLow ? "insideEndBottom" : "insideEndTop")] : [];
    if (level) marks.push(line({ yAxis: level.value }, level.name, [2, 3], colours.ink, isLow ? "insideEndBottom" : "insideEndTop"));
    const taken = levelled.map<Box>((each) => ({ left: plot.right - widthOf(each.name, size) - 8, right: plot.right, top: at.y(each.y) - (each.below ? 0 : size * 1.5), bottom: at.y(each.y) + (each.below ? size * 1.5 : 0) }));
    const lines = [...levelled.map<Box>((each) => ({ left: plot.left, right: plot.right, top: at.y(each.y) - 1, bottom: at.y(each.y) + 1 })), { left: at.x(middle.x) - 1, right: at.x(middle.x) + 1, top: plot.top, bottom: plot.bottom }];
    const order = points.map((_, index) => index).sort((a, b) => (points[b]?.x ?? 0) - (points[a]?.x ?? 0));
    const most = width < 420 ? 4 : NAMED;
    const spots = order.map((index, rank) => ({ x: at.x(points[index]?.x ?? 0), y: at.y(points[index]?.y ?? 0), width: rank < most ? widthOf(points[index]?.name ?? "", size) : 0 }));
    const boxes = new Map(placed(spots, { ...plot, left: plot.left + 2 }, taken, lines, RADIUS, size).map((box, rank) => [order[rank], box]));
    const label = (point: Point, index: number) => {
      const box = boxes.get(index);
      return box ? { show: true, position: [box.left - at.x(point.x) + RADIUS, box.top - at.y(point.y) + RADIUS] } : { show: false };
    };
    const name = { nameTextStyle: { color: colours.ink2, fontSize: size, fontFamily: colours.font } };
    return {
      points: points.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: size },
        grid: { left: plot.left, right: 16, top: plot.top, bottom: size * 3.4, containLabel: false, outerBoundsMode: "none" },
        tooltip: tooltip(colours, "item", (index) => {
          const point = points[index];
          return tipContent(point?.name ?? "", point ? [
            { name: scatter.y.name, colour: colours.series[0] ?? "", value: 1, text: say(point.y, scatter.y.unit, locale, "full") },
            { name: scatter.x.name, colour: colours.compare, value: 0, text: say(point.x, scatter.x.unit, locale, "full") },
          ] : []);
        }),
        xAxis: { ...valueAxis(ranges[0], scales[0], scatter.x.unit, locale, colours), splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: colours.line } }, name: [scatter.x.name, axisUnit(ranges[0].max, scatter.x.unit, locale)].filter(Boolean).join(" · "), nameLocation: "middle", nameGap: size * 2, ...name },
        yAxis: { ...valueAxis(ranges[1], scales[1], scatter.y.unit, locale, colours), name: [scatter.y.name, axisUnit(ranges[1].max, scatter.y.unit, locale)].filter(Boolean).join(" · "), nameLocation: "end", nameGap: size * 0.95, nameTextStyle: { ...name.nameTextStyle, align: "left", padding: [0, 0, 0, -tickWidth - 6] } },
        series: [{
          type: "scatter", symbolSize: RADIUS * 2, data: points.map((point, index) => ({ value: [point.x, point.y], label: label(point, index) })), itemStyle: { color: colours.series[0], opacity: 0.82, borderColor: colours.surface, borderWidth: 1 },
          label: { align: "left", verticalAlign: "top", color: colours.ink2, fontSize: size, fontFamily: colours.font, formatter: ({ dataIndex }: { dataIndex: number }) => points[dataIndex]?.name ?? "" },
          markLine: { silent: true, symbol: "none", animation: false, data: marks },
        }],
      },
    };
  };
}
