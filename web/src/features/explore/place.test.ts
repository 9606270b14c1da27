import { describe, expect, it } from "vitest";
import type { BoardSpec, TileSpec } from "../../api/contracts";
import { daysOf, exploreTile, intoDays, intoMember, rangeOf, readExploring, steps, writeExploring, type Exploring } from "./place";

const at = (address: string): Exploring => readExploring(new URLSearchParams(address.split("?")[1]));
const START = at("/explore?metric=paid_amount&by=channel&board=sales&time=last-30d");

describe("an exploration in the address bar", () => {
  it("reads what it wrote", () => {
    const deep = intoDays({ ...intoMember(START, "channel", "天猫, 旗舰"), rows: true, chart: "columns" }, "2026-11-03", "2026-11-03") as Exploring;
    expect(at(writeExploring({ ...deep, rows: true }))).toEqual({ ...deep, rows: true });
  });
  it("takes over a tile's question, and of the board's filters those that the tile takes", () => {
    const board: BoardSpec = { id: "sales", title: {}, tiles: [], time: { relative: "last 7d" }, compare: "previous" };
    const spec: TileSpec = { id: "a", kind: "bars", title: {}, place: { x: 0, y: 0, w: 1, h: 1 }, queries: { main: { metrics: ["orders"], by: ["province"], where: [{ dimension: "platform", op: "=", values: ["jd"] }] } }, takes: ["shop"] };
    const where = [{ dimension: "shop", op: "in" as const, values: ["main"] }, { dimension: "channel", op: "in" as const, values: ["x"] }];
    const found = at(exploreTile(spec, "orders", board, { board: "sales", where }));
    expect(found).toMatchObject({ metric: "orders", by: "province", board: "sales" });
    expect(found.view.where?.map((filter) => filter.dimension)).toEqual(["platform", "shop"]);
    expect(found.view).toMatchObject({ compare: "previous", time: { relative: "last 7d" } });
  });
  it("goes into a member, then into a day, and back step by step", () => {
    const member = intoMember(START, "channel", "tmall");
    expect([member.by, member.view.where]).toEqual(["day", [{ dimension: "channel", op: "in", values: ["tmall"] }]]);
    const day = intoDays(member, "2026-11-03", "2026-11-03") as Exploring;
    expect([day.by, day.view.time]).toEqual(["hour", { relative: "", since: "2026-11-03", until: "2026-11-03" }]);
    const back = steps(day);
    expect(back.map((step) => step.kind)).toEqual(["metric", "where", "time"]);
    expect(back[1]?.to.view).toEqual({ ...member.view, where: member.view.where });
    expect([back[0]?.to.by, back[0]?.to.view.where, back[0]?.to.view.time?.relative]).toEqual(["channel", [], "last 30d"]);
  });
  it("knows the days of weeks, months and quarters", () => {
    expect(daysOf("2026-W01")).toEqual({ since: "2025-12-29", until: "2026-01-04" });
    expect(daysOf("2026-02")).toEqual({ since: "2026-02-01", until: "2026-02-28" });
    expect(daysOf("2026-Q4")).toEqual({ since: "2026-10-01", until: "2026-12-31" });
    expect(daysOf("2026-11-20T14:00+08:00")).toBeNull();
    expect(rangeOf("2026-11-09", "2026-11-03")).toEqual({ relative: "", since: "2026-11-03", until: "2026-11-09" });
  });
});
