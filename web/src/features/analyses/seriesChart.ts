/** The whole's days as the analysis sees them: what is expected, and the band it should lie in. */
import type { Result } from "../../api/analyses";
import type { Drawing } from "../../charts/Chart";
import type { Palette } from "../../charts/palette";
import { drawTrend } from "../../charts/trend";
import { toNumber, type Locale, type Unit } from "../../format/number";

export interface Band {
  at: string[];
  mid: (number | null)[];
  lo: (number | null)[];
  hi: (number | null)[];
  name: "expected" | "forecast";
}

const COLUMNS: Record<string, [string, string, string, Band["name"]]> = { forecast: ["forecast", "lo_80", "hi_80", "forecast"], anomalies: ["expected", "lo", "hi", "expected"] };
const MOST = 400;

/** The series of the whole of a forecast or a watch; nothing of the others. */
export function seriesOf(command: string, result: Result): Band | null {
  const wanted = COLUMNS[command];
  if (!wanted || result.status !== "ok") return null;
  const place = Object.fromEntries(result.columns.map((name, index) => [name, index]));
  const at = (name: string) => place[name] ?? -1;
  const rows = result.table.filter((row) => String(row[at("series")]) === "_total").slice(-MOST);
  if (!rows.length) return null;
  const column = (name: string) => rows.map((row) => toNumber(row[at(name)]));
  return { at: rows.map((row) => String(row[at("day")])), mid: column(wanted[0]), lo: column(wanted[1]), hi: column(wanted[2]), name: wanted[3] };
}

export function drawSeries(band: Band, unit: Unit, locale: Locale, names: Record<Band["name"], string>) {
  const trend = drawTrend({ at: band.at, unit, points: false, area: false, unfinished: false, beforeName: "", holds: [...band.lo, ...band.hi], series: [{ name: names[band.name], values: band.mid }] }, locale);
  return (colours: Palette, width: number, height: number): Drawing => {
    const drawing = trend(colours, width, height);
    const hidden = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, z: 1 };
    const series = drawing.option.series as Record<string, unknown>[];
    series.push({ ...hidden, data: band.lo }, { ...hidden, data: band.hi.map((high, index) => { const low = band.lo[index] ?? null; return high === null || low === null ? null : high - low; }), areaStyle: { color: colours.rest, opacity: 0.28 } });
    return drawing;
  };
}
