/** What the address bar says about an exploration: a measure, cut by what, over which days, compared with what, and each step taken so far. */
import type { BoardSpec, Catalog, Filter, Query, TileKind, TileSpec, TimeRange, View } from "../../api/contracts";
import { isGrain, questionFor, suggest } from "../editing/draft";
import { readView, writeView } from "../boards/view";

export const EXPLORED = "explored";
export const USUAL: TimeRange = { relative: "last 30d", since: null, until: null };

export interface Exploring {
  metric: string;
  /** A dimension, a grain, a cycle; empty = the whole. */
  by: string;
  view: View;
  /** The chart that the reader chose; empty = what suits best. */
  chart: string;
  rows: boolean;
  /** The board it began from, and the days before the first step into a narrower time. */
  board: string;
  was: TimeRange | null;
}

export function readExploring(query: URLSearchParams): Exploring {
  const was = query.get("was");
  return {
    metric: query.get("metric") ?? "", by: query.get("by") ?? "", chart: query.get("chart") ?? "", rows: query.get("rows") === "1", board: query.get("board") ?? "",
    view: readView(EXPLORED, query), was: was ? (readView("", new URLSearchParams({ time: was })).time ?? null) : null,
  };
}

export function writeExploring(now: Exploring): string {
  const query = new URLSearchParams({ metric: now.metric });
  if (now.by) query.set("by", now.by);
  if (now.chart) query.set("chart", now.chart);
  if (now.rows) query.set("rows", "1");
  if (now.board) query.set("board", now.board);
  const viewed = new URLSearchParams(writeView(now.view, false).split("?")[1] ?? "");
  for (const [name, value] of viewed) query.append(name, value);
  if (now.was) query.set("was", new URLSearchParams(writeView({ board: "", time: now.was }, false).split("?")[1]).get("time") ?? "");
  return `/explore?${query.toString()}`;
}

/** Where a tile's number leads: its own question, under the filters of the board that the tile takes. */
export function exploreTile(spec: TileSpec, metric: string, board: BoardSpec, view: View): string {
  const query = spec.queries.main ?? Object.values(spec.queries)[0] ?? { metrics: [metric] };
  const follows = spec.follow !== false;
  const own = query.time && (query.time.relative || query.time.since) ? query.time : null;
  const taken = (view.where ?? []).filter((filter) => follows && (!spec.takes || spec.takes.includes(filter.dimension)));
  const where = [...(query.where ?? []).flatMap(plainFilter), ...taken];
  const compare = query.compare ?? (follows ? (view.compare ?? board.compare ?? "none") : "none");
  return writeExploring({ metric, by: query.by?.[0] ?? "", chart: "", rows: false, board: board.id, was: null, view: { board: EXPLORED, time: own ?? (follows ? (view.time ?? board.time) : board.time), compare, where } });
}

/** The address knows choices of members only. */
function plainFilter(filter: Filter): Filter[] {
  return filter.op === "in" || filter.op === "=" ? [{ ...filter, op: "in" }] : [];
}

const FINER: Record<string, string> = { year: "month", quarter: "month", month: "day", week: "day", day: "hour" };

/** The days of a time cell (2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026); null for hours, which no range can name. */
export function daysOf(cell: string): { since: string; until: string } | null {
  const text = (at: Date) => at.toISOString().slice(0, 10);
  const utc = (year: number, month: number, day: number) => new Date(Date.UTC(year, month, day));
  const span = (from: Date, to: Date) => ({ since: text(from), until: text(new Date(to.getTime() - 86_400_000)) });
  let match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(cell);
  if (match) return { since: cell, until: cell };
  match = /^(\d{4})-W(\d\d)$/.exec(cell);
  if (match) {
    const fourth = utc(Number(match[1]), 0, 4);
    const monday = new Date(fourth.getTime() + ((Number(match[2]) - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * 86_400_000);
    return span(monday, new Date(monday.getTime() + 7 * 86_400_000));
  }
  match = /^(\d{4})-(\d\d)$/.exec(cell);
  if (match) return span(utc(Number(match[1]), Number(match[2]) - 1, 1), utc(Number(match[1]), Number(match[2]), 1));
  match = /^(\d{4})-Q(\d)$/.exec(cell);
  if (match) return span(utc(Number(match[1]), Number(match[2]) * 3 - 3, 1), utc(Number(match[1]), Number(match[2]) * 3, 1));
  match = /^(\d{4})$/.exec(cell);
  return match ? span(utc(Number(match[1]), 0, 1), utc(Number(match[1]) + 1, 0, 1)) : null;
}

/** The range from one time cell to another, in either order; null where the cells are hours. */
export function rangeOf(from: string, to: string): TimeRange | null {
  const [a, b] = [daysOf(from), daysOf(to)];
  if (!a || !b) return null;
  return a.since <= b.since ? { relative: "", since: a.since, until: b.until } : { relative: "", since: b.since, until: a.until };
}

/** Into one member: only it, over time (unless it is looked at over time already). */
export function intoMember(now: Exploring, dimension: string, member: string): Exploring {
  const where = [...(now.view.where ?? []).filter((filter) => filter.dimension !== dimension), { dimension, op: "in" as const, values: [member] }];
  return { ...now, by: now.by === dimension ? "day" : now.by, chart: "", view: { ...now.view, where } };
}

/** Into some days: those alone, in finer steps where only one step is left. */
export function intoDays(now: Exploring, from: string, to: string): Exploring | null {
  const time = rangeOf(from, to);
  if (!time) return null;
  return { ...now, by: from === to ? (FINER[now.by] ?? now.by) : now.by, chart: "", was: now.was ?? now.view.time ?? USUAL, view: { ...now.view, time } };
}

/** The steps taken, first the measure as a whole, then each filter, then the days. Each is where one may go back to. */
export function steps(now: Exploring): { kind: "metric" | "where" | "time"; filter?: Filter; to: Exploring }[] {
  const where = now.view.where ?? [];
  const before = now.was ? { ...now, was: null, view: { ...now.view, time: now.was } } : now;
  const upTo = (count: number): Exploring => {
    const kept = where.slice(0, count);
    const dropped = where[count]?.dimension;
    return { ...before, by: dropped && count < where.length ? dropped : before.by, chart: "", rows: false, view: { ...before.view, where: kept } };
  };
  return [
    { kind: "metric", to: where.length || now.was ? upTo(0) : now },
    ...where.map((filter, index) => ({ kind: "where" as const, filter, to: upTo(index + 1) })),
    ...(now.was ? [{ kind: "time" as const, to: now }] : []),
  ];
}

/** Charts that suit the question, the best first. */
export function chartsFor(now: Exploring, catalog: Catalog): TileKind[] {
  return suggest([now.metric], now.by ? [now.by] : [], catalog).map((each) => each.kind).filter((kind) => now.by || kind === "number");
}

export function tileFor(now: Exploring, title: Record<string, string>, catalog: Catalog): TileSpec {
  const charts = chartsFor(now, catalog);
  const kind = charts.find((each) => each === now.chart) ?? charts[0] ?? "table";
  const asked: Query = { metrics: [now.metric], by: now.by ? [now.by] : [] };
  const main = questionFor(kind, asked);
  const ranked = { ...main, limit: main.limit && !isGrain(now.by) ? Math.max(main.limit, kind === "bars" ? 12 : main.limit) : main.limit };
  return { id: "answer", kind, title, place: { x: 0, y: 0, w: now.by ? 12 : 4, h: now.by ? 9 : 4 }, queries: { main: ranked } };
}

/** The tile as a board keeps it: with its own filters, days and comparison, whatever the board shows. */
export function kept(tile: TileSpec, now: Exploring): TileSpec {
  const main = tile.queries.main ?? { metrics: [now.metric] };
  const compare = now.view.compare && now.view.compare !== "none" ? now.view.compare : null;
  return { ...tile, queries: { main: { ...main, where: now.view.where ?? [], time: now.view.time ?? USUAL, compare: main.by?.some(isGrain) || now.by || compare ? compare : null } } };
}

export function boardFor(tile: TileSpec, title: Record<string, string>): BoardSpec {
  return { id: EXPLORED, title, tiles: [tile], time: USUAL, compare: "previous" };
}
