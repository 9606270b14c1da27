/** The day's curve: running total, the earlier day in full, what is expected with its range. Positions are minutes of the day. */
import { digits, sayRounded, scaleFor, say, type Locale, type Unit } from "../format/number";
import { axisText, ticks, tipContent, tooltip, widthOf, type TipLine } from "./axes";
import type { Drawing } from "./Chart";
import type { Palette } from "./palette";

export type Point = [minute: number, value: number];

export interface DayCurve {
  today: Point[];
  before: Point[];
  expected: { at: number; value: number; low: number; high: number }[];
  target: number | null;
  /** Minutes of the day that have passed. */
  now: number;
}

export interface CurveWords {
  today: string;
  before: string;
  expected: string;
  target: string;
  range: string;
}

const hhmm = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(Math.round(minute % 60)).padStart(2, "0")}`;

/** Slots of a day (start minute, amount) as a running total, from zero at midnight; a slot counts at its end, or now if it still runs. */
export function runningTotal(slots: Point[], step: number, until = 1440): Point[] {
  let sum = 0;
  const points: Point[] = [[0, 0]];
  for (const [start, value] of [...slots].sort((a, b) => a[0] - b[0])) {
    if (start >= until) break;
    sum += value;
    points.push([Math.min(start + step, until), sum]);
  }
  return points;
}

function at(points: Point[], minute: number): number | null {
  for (let index = 1; index < points.length; index++) {
    const [x0, y0] = points[index - 1] as Point;
    const [x1, y1] = points[index] as Point;
    if (minute >= x0 && minute <= x1) return x1 === x0 ? y1 : y0 + ((y1 - y0) * (minute - x0)) / (x1 - x0);
  }
  return null;
}

export function drawDay(curve: DayCurve, unit: Unit, locale: Locale, words: CurveWords, compact: boolean) {
  return (colours: Palette, width: number): Drawing => {
    const top = Math.max(1, curve.target ?? 0, ...curve.today.map((p) => p[1]), ...curve.before.map((p) => p[1]), ...curve.expected.map((p) => p.high));
    const range = ticks(0, top, true);
    const scale = scaleFor(range.max, locale);
    const size = colours.text;
    const end = curve.expected.at(-1);
    const expectedWord = end ? `${words.expected} ${sayRounded(end.value, end.high - end.low, { ...unit, kind: "number" }, locale)}` : "";
    const labels = !compact && width > 420;
    const right = labels ? Math.max(widthOf(expectedWord, size), widthOf(words.before, size)) + size * 1.2 : 6;
    const ending = (text: string, color: string, weight: number, offset = 0) => ({ show: labels, formatter: text, color, fontWeight: weight, fontSize: size, fontFamily: colours.font, distance: 6, offset: [0, offset] });
    const beforeEnd = curve.before.at(-1)?.[1];
    // The two end labels step apart when their lines end close together.
    const near = end && beforeEnd !== undefined ? Math.abs(end.value - beforeEnd) / range.max < 0.075 : false;
    const apart = near && end && beforeEnd !== undefined ? (end.value >= beforeEnd ? size * 0.62 : -size * 0.62) : 0;
    const plain = { type: "line", symbol: "none", silent: true, connectNulls: true };
    const last = curve.today.at(-1);
    const series: Record<string, unknown>[] = [
      { ...plain, data: curve.expected.map((p) => [p.at, p.low]), stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
      { ...plain, data: curve.expected.map((p) => [p.at, p.high - p.low]), stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, areaStyle: { color: colours.band, opacity: 1 } },
      { ...plain, data: curve.before, lineStyle: { color: colours.compare, width: colours.stroke * 0.55 }, endLabel: ending(words.before, colours.axis, 400, apart) },
      { ...plain, data: curve.expected.map((p) => [p.at, p.value]), lineStyle: { color: colours.series[0], width: colours.stroke * 0.9, type: [5, 4] }, endLabel: ending(expectedWord, colours.accent, 600, -apart) },
      {
        ...plain, data: curve.today, z: 4, lineStyle: { color: colours.series[0], width: colours.stroke, cap: "round" },
        markPoint: last ? { symbol: "circle", symbolSize: size * 0.75, silent: true, itemStyle: { color: colours.series[0], borderColor: colours.surface, borderWidth: 2 }, label: { show: false }, data: [{ coord: last }] } : undefined,
        markLine: curve.target === null ? undefined : {
          symbol: "none", silent: true, lineStyle: { color: colours.ink, width: 1, type: [2, 3] }, data: [{ yAxis: curve.target }],
          label: { position: "insideEndTop", fontSize: size, fontFamily: colours.font, color: colours.ink, formatter: words.target },
        },
      },
      // An unseen line over the whole day carries the tooltip and the keyboard.
      { type: "line", symbol: "circle", symbolSize: 1, showSymbol: false, lineStyle: { opacity: 0 }, itemStyle: { opacity: 0 }, data: Array.from({ length: 97 }, (_, index) => [index * 15, at(curve.before, index * 15) ?? 0]) },
    ];
    const tip = (index: number) => {
      const minute = index * 15;
      const lines: TipLine[] = [];
      const add = (name: string, colour: string, value: number | null, extra?: string) => {
        if (value !== null) lines.push({ name, colour, value, text: say(value, unit, locale, "full"), extra });
      };
      const nowValue = minute <= curve.now ? at(curve.today, minute) : null;
      const beforeValue = at(curve.before, minute);
      const share = nowValue !== null && beforeValue ? nowValue / beforeValue - 1 : null;
      add(words.today, colours.series[0] ?? "", nowValue, share === null ? "" : `${share >= 0 ? "+" : "−"}${digits(Math.abs(share) * 100, 1)}%`);
      add(words.before, colours.compare, beforeValue);
      if (minute > curve.now) {
        const point = curve.expected.find((p) => p.at >= minute);
        if (point) add(words.expected, colours.series[0] ?? "", point.value, `${say(point.low, unit, locale, "short")}–${say(point.high, unit, locale, "short")}`);
      }
      return tipContent(hhmm(minute), lines);
    };
    return {
      points: 97, series: 5,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: size },
        grid: { left: 4, right, top: size * 2.1, bottom: size * 2, containLabel: false, outerBoundsMode: "none" },
        tooltip: tooltip(colours, "axis", tip),
        xAxis: {
          type: "value", min: 0, max: 1440, interval: compact ? 360 : 240, axisTick: { show: false }, axisLine: { show: true, lineStyle: { color: colours.line } }, splitLine: { show: false },
          axisLabel: { color: colours.axis, fontSize: size, fontFamily: colours.font, align: "left", margin: size * 0.7, showMaxLabel: false, formatter: (value: number) => (value >= 1440 ? "" : hhmm(value)) },
        },
        yAxis: {
          type: "value", ...range, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: colours.grid } }, z: 5,
          axisLabel: { inside: true, align: "left", verticalAlign: "bottom", padding: [0, 0, 2, -6], color: colours.axis, fontSize: size, fontFamily: colours.font, formatter: (value: number) => (value ? axisText(value, scale, unit, locale) : "") },
        },
        series,
      },
    };
  };
}
