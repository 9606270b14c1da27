/** Changing a board: pure functions from a board to a board. Tiles never lie on each other: what is in the way moves down. */
import type { BoardSpec, Catalog, Place, Query, TileKind, TileSpec } from "../../api/contracts";

export const COLUMNS = 12;

function meet(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** The tiles with `moved` where it wants to lie, and all others out of its way, downwards, no further than needed. */
export function settle(tiles: readonly TileSpec[], moved: string): TileSpec[] {
  const fixed: TileSpec[] = tiles.filter((tile) => tile.id === moved);
  const others = tiles.filter((tile) => tile.id !== moved).sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);
  for (const tile of others) {
    const place = { ...tile.place };
    let hit = fixed.find((each) => meet(each.place, place));
    while (hit) {
      place.y = hit.place.y + hit.place.h;
      hit = fixed.find((each) => meet(each.place, place));
    }
    fixed.push({ ...tile, place });
  }
  const at = new Map(fixed.map((tile) => [tile.id, tile]));
  return tiles.map((tile) => at.get(tile.id) ?? tile);
}

export function placed(board: BoardSpec, id: string, change: Partial<Place>): BoardSpec {
  const tiles = board.tiles.map((tile) => {
    if (tile.id !== id) return tile;
    const wanted = { ...tile.place, ...change };
    const w = Math.min(COLUMNS, Math.max(2, wanted.w));
    return { ...tile, place: { x: Math.min(COLUMNS - w, Math.max(0, wanted.x)), y: Math.max(0, wanted.y), w, h: Math.max(2, wanted.h) } };
  });
  return { ...board, tiles: settle(tiles, id) };
}

export function changed(board: BoardSpec, id: string, change: Partial<TileSpec>): BoardSpec {
  return { ...board, tiles: board.tiles.map((tile) => (tile.id === id ? { ...tile, ...change } : tile)) };
}

export function without(board: BoardSpec, id: string): BoardSpec {
  return { ...board, tiles: board.tiles.filter((tile) => tile.id !== id) };
}

/** A tile's id that the board does not have. */
export function freeId(board: BoardSpec, wish: string): string {
  const taken = new Set(board.tiles.map((tile) => tile.id));
  for (let number = 1; ; number++) if (!taken.has(number > 1 ? `${wish}-${number}` : wish)) return number > 1 ? `${wish}-${number}` : wish;
}

/** A tile put where there is room: below all others. */
export function added(board: BoardSpec, tile: TileSpec): BoardSpec {
  const y = Math.max(0, ...board.tiles.map((each) => each.place.y + each.place.h));
  return { ...board, tiles: [...board.tiles, { ...tile, id: freeId(board, tile.id), place: { ...tile.place, y } }] };
}

const SIZES: Partial<Record<TileKind, [number, number]>> = { number: [3, 3], strip: [12, 2], bars: [6, 6], table: [8, 8], donut: [4, 6], heatmap: [8, 6], provinces: [4, 8], text: [6, 3], line: [8, 6], columns: [6, 6], combo: [8, 6], scatter: [6, 6], calendar: [8, 6], treemap: [6, 6] };
const GRAINS = new Set(["quarter_hour", "hour", "day", "week", "month", "quarter", "year"]);
const CYCLES = new Set(["weekday", "hour_of_day"]);

export function isGrain(name: string): boolean {
  return GRAINS.has(name);
}

export interface Suggestion {
  kind: TileKind;
  /** Why it suits the numbers: a key of `edit.why_…`. */
  why: "single" | "time" | "time_two" | "parts" | "share" | "figures" | "places" | "rhythm" | "pairs" | "several" | "calendar" | "areas";
}

/** The charts that suit these metrics cut like this, the best first. */
export function suggest(metrics: readonly string[], by: readonly string[], catalog: Catalog): Suggestion[] {
  const [first] = by;
  if (!metrics.length) return [];
  const additive = metrics.every((name) => catalog.metrics[name]?.additivity === "additive");
  if (!first) return metrics.length === 1 ? [{ kind: "number", why: "single" }, { kind: "strip", why: "several" }] : [{ kind: "strip", why: "several" }];
  if (by.length === 2 && by.every((name) => CYCLES.has(name))) return [{ kind: "heatmap", why: "rhythm" }, { kind: "table", why: "figures" }];
  if (isGrain(first)) {
    const time: Suggestion[] = metrics.length === 2 && by.length === 1 ? [{ kind: "combo", why: "time_two" }, { kind: "line", why: "time" }] : [{ kind: "line", why: "time" }, { kind: "columns", why: "time" }];
    return [...time, ...(first === "day" && metrics.length === 1 && by.length === 1 ? [{ kind: "calendar", why: "calendar" } as const] : []), { kind: "table", why: "figures" }];
  }
  if (by.length > 1) return [{ kind: "rows", why: "figures" }];
  if (metrics.length > 1) return [{ kind: "table", why: "figures" }, ...(metrics.length === 2 ? [{ kind: "scatter", why: "pairs" } as const] : [])];
  if (first === "province") return [{ kind: "provinces", why: "places" }, { kind: "bars", why: "parts" }, { kind: "table", why: "figures" }];
  return [{ kind: "bars", why: "parts" }, ...(additive ? [{ kind: "donut", why: "share" } as const, { kind: "treemap", why: "areas" } as const] : []), { kind: "table", why: "figures" }, ...(CYCLES.has(first) ? [{ kind: "columns", why: "rhythm" } as const] : [])];
}

/** The question of a tile of a kind: ordered and limited where the kind shows the greatest. */
export function questionFor(kind: TileKind, query: Query): Query {
  const ranked = ["bars", "table", "donut", "treemap", "provinces", "scatter", "rows"].includes(kind) && !query.by?.some(isGrain);
  const limit = kind === "donut" ? 4 : kind === "bars" ? (query.limit ?? 8) : kind === "table" || kind === "treemap" || kind === "scatter" || kind === "rows" ? (query.limit ?? 20) : null;
  return { ...query, order: ranked && query.metrics[0] ? [{ by: query.metrics[0], descending: true }] : [], limit: ranked ? limit : null, totals: ranked && kind !== "scatter" && kind !== "rows" };
}

export function sizeOf(kind: TileKind): [number, number] {
  return SIZES[kind] ?? [6, 6];
}
