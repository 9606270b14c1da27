import { describe, expect, it } from "vitest";
import type { BoardSpec, Catalog, TileSpec } from "../../api/contracts";
import { added, changed, placed, questionFor, settle, suggest, without } from "./draft";
import { step } from "./useHistory";

const tile = (id: string, x: number, y: number, w = 4, h = 3): TileSpec => ({ id, kind: "number", title: { en: id, "zh-CN": id }, place: { x, y, w, h }, queries: { main: { metrics: ["paid_amount"] } } });
const board = (...tiles: TileSpec[]): BoardSpec => ({ id: "mine", title: { en: "Mine", "zh-CN": "我的" }, tiles, time: { relative: "last 7d" }, compare: null });
const catalog = { metrics: { paid_amount: { additivity: "additive" }, aov: { additivity: "ratio" } }, dimensions: {} } as unknown as Catalog;

function overlaps(tiles: readonly TileSpec[]): string[] {
  const found: string[] = [];
  for (const a of tiles) for (const b of tiles) if (a.id < b.id && a.place.x < b.place.x + b.place.w && b.place.x < a.place.x + a.place.w && a.place.y < b.place.y + b.place.h && b.place.y < a.place.y + a.place.h) found.push(`${a.id}/${b.id}`);
  return found;
}

describe("a board that is edited", () => {
  it("pushes what is in the way of a moved tile down, and nothing else", () => {
    const moved = placed(board(tile("a", 0, 0), tile("b", 4, 0), tile("c", 8, 0)), "a", { x: 4 });
    expect(moved.tiles.map((each) => [each.id, each.place.x, each.place.y])).toEqual([["a", 4, 0], ["b", 4, 3], ["c", 8, 0]]);
    expect(overlaps(moved.tiles)).toEqual([]);
  });
  it("never lets tiles lie on each other, wherever one is put", () => {
    let now = board(tile("a", 0, 0), tile("b", 4, 0), tile("c", 8, 0), tile("d", 0, 3, 12, 4), tile("e", 2, 7, 6, 6));
    let seed = 7;
    const random = (most: number) => (seed = (seed * 48271) % 2147483647) % most;
    for (let turn = 0; turn < 300; turn++) {
      now = placed(now, "abcde"[random(5)] as string, { x: random(12), y: random(20), w: 1 + random(12), h: 1 + random(8) });
      expect(overlaps(now.tiles)).toEqual([]);
      for (const each of now.tiles) expect(each.place.x + each.place.w).toBeLessThanOrEqual(12);
    }
  });
  it("stays on the grid at its edges", () => {
    expect(placed(board(tile("a", 0, 0)), "a", { x: 40, y: -3, w: 40, h: 0 }).tiles[0]?.place).toEqual({ x: 0, y: 0, w: 12, h: 2 });
  });
  it("puts a new tile below, under an id of its own", () => {
    const two = added(added(board(tile("a", 0, 0)), tile("a", 0, 0)), tile("a", 3, 0));
    expect(two.tiles.map((each) => [each.id, each.place.y])).toEqual([["a", 0], ["a-2", 3], ["a-3", 6]]);
  });
  it("changes and removes one tile only", () => {
    const start = board(tile("a", 0, 0), tile("b", 4, 0));
    expect(changed(start, "b", { kind: "line" }).tiles.map((each) => each.kind)).toEqual(["number", "line"]);
    expect(without(start, "a").tiles.map((each) => each.id)).toEqual(["b"]);
    expect(settle(start.tiles, "a")).toEqual(start.tiles);
  });
});

describe("charts that are suggested", () => {
  it("suit the numbers", () => {
    const kinds = (metrics: string[], by: string[]) => suggest(metrics, by, catalog).map((each) => each.kind);
    expect(kinds([], ["day"])).toEqual([]);
    expect(kinds(["paid_amount"], [])[0]).toBe("number");
    expect(kinds(["paid_amount", "aov"], [])).toEqual(["strip"]);
    expect(kinds(["paid_amount"], ["day"])[0]).toBe("line");
    expect(kinds(["paid_amount", "aov"], ["day"])[0]).toBe("combo");
    expect(kinds(["paid_amount"], ["province"])[0]).toBe("provinces");
    expect(kinds(["paid_amount"], ["channel"])).toContain("donut");
    expect(kinds(["aov"], ["channel"])).not.toContain("donut"); // shares of a ratio mean nothing
    expect(kinds(["paid_amount"], ["weekday", "hour_of_day"])[0]).toBe("heatmap");
    expect(kinds(["paid_amount", "aov"], ["product"])[0]).toBe("table");
  });
  it("ask for the greatest first where they show parts, and not over time", () => {
    expect(questionFor("bars", { metrics: ["paid_amount"], by: ["channel"] })).toMatchObject({ order: [{ by: "paid_amount", descending: true }], limit: 8, totals: true });
    expect(questionFor("table", { metrics: ["paid_amount"], by: ["day"] })).toMatchObject({ order: [], limit: null });
  });
});

describe("undo", () => {
  it("takes back each change, and one drag as a whole", () => {
    let state = { before: [] as number[], now: 0, after: [] as number[], mark: "" };
    for (const [next, mark] of [[1, ""], [2, "drag"], [3, "drag"], [4, ""]] as const) state = step(state, { do: "set", next, mark });
    state = step(state, { do: "undo" });
    expect(state.now).toBe(3);
    state = step(state, { do: "undo" });
    expect(state.now).toBe(1);
    state = step(step(state, { do: "redo" }), { do: "redo" });
    expect(state.now).toBe(4);
    expect(step(state, { do: "redo" })).toBe(state);
  });
});
