import { MantineProvider } from "@mantine/core";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, BoardSpec, TilePayload, TileSpec } from "../../api/contracts";
import { change } from "../../app/settings";
import { EMPTY_CATALOG } from "../../api/catalog";
import { startWords } from "../../i18n";
import { TileStore } from "../../live/tiles";
import { StoreContext } from "../../live/useTile";
import { BoardContext, type BoardNow } from "./context";
import { Tile } from "./Tile";

const AT = "2026-11-20T06:36:00Z";

function spec(kind: TileSpec["kind"], options = {}): TileSpec {
  return { id: "tile", kind, title: { "zh-CN": "卡片", en: "A tile" }, place: { x: 0, y: 0, w: 6, h: 6 }, queries: { main: { metrics: ["paid_amount"] } }, options };
}

function answer(rows: Answer["rows"], metrics = ["paid_amount"], by?: string, more: Partial<Answer> = {}): Answer {
  const unit = (metric: string) => (metric.endsWith("_rate") ? "ratio" : metric.endsWith("amount") ? "money" : "count");
  const columns = metrics.flatMap((metric) => [
    { name: metric, role: "metric" as const, unit: unit(metric), currency: unit(metric) === "money" ? "CNY" : null, metric },
    { name: `${metric}_then`, role: "comparison" as const, unit: unit(metric), metric },
    { name: `${metric}_change`, role: "change" as const, unit: "ratio", metric },
  ]);
  return { columns: by ? [{ name: by, role: "dimension" }, ...columns] : columns, rows, as_of: AT, quality: { score: 99 }, period: { start: null, end: null, zone: "Asia/Shanghai", complete: false }, ...more };
}

function payload(part: Partial<TilePayload>): TilePayload {
  return { tile: "tile", state: "ok", answers: {}, freshness: { state: "live", as_of: AT }, ...part };
}

function shown(tile: TileSpec, store: TileStore, part: Partial<BoardNow> = {}) {
  const board: BoardSpec = { id: "b", title: {}, tiles: [tile], time: { relative: "today" }, compare: "yesterday" };
  const now: BoardNow = { board, view: { board: "b" }, catalog: EMPTY_CATALOG, wall: false, phone: false, offlineSince: null, change: vi.fn(), retry: vi.fn(), ...part };
  return render(
    <MantineProvider env="test"><BoardContext.Provider value={now}><StoreContext.Provider value={store}><Tile spec={tile} /></StoreContext.Provider></BoardContext.Provider></MantineProvider>,
  );
}

function take(store: TileStore, part: Partial<TilePayload>) {
  store.take({ view: "v", sequence: 1, at: AT, tiles: [payload(part)] });
}

beforeAll(async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn(), addListener: vi.fn(), removeListener: vi.fn() }));
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  await startWords("en");
});
beforeEach(() => change({ language: "en", theme: "light" }));
afterEach(cleanup);

describe("a tile", () => {
  it("shows the outline of what will stand there until the first payload comes", () => {
    const store = new TileStore();
    const { container } = shown(spec("number"), store);
    expect(container.querySelector(".skeleton")).toBeTruthy();
    act(() => take(store, { answers: { main: answer([{ paid_amount: "642318.00", paid_amount_then: "587494.00", paid_amount_change: "0.0933" }]) } }));
    expect(container.querySelector(".skeleton")).toBeNull();
    expect(container.querySelector(".val")?.textContent).toBe("¥642,318");
    expect(screen.getByText("+9.3%")).toBeTruthy();
    expect(screen.getByText("vs same time yesterday")).toBeTruthy();
  });
  it.each([
    ["empty", "Nothing in this time yet."], ["error", "The warehouse did not answer. Nothing is lost."], ["not_enough", "Not enough data"], ["no_permission", "This figure is not shared with you."],
  ] as const)("says what %s means", (state, sentence) => {
    const store = new TileStore();
    take(store, { state });
    shown(spec("number"), store);
    expect(screen.getByText(sentence)).toBeTruthy();
  });
  it("tries again when asked after an error", () => {
    const store = new TileStore();
    take(store, { state: "error" });
    const retry = vi.fn();
    shown(spec("number"), store, { retry });
    fireEvent.click(screen.getByText("Try again"));
    expect(retry).toHaveBeenCalledOnce();
  });
  it("tells zero from unknown", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ orders: "0" }], ["orders"]) } });
    const { container } = shown(spec("number"), store);
    expect(container.querySelector(".val")?.textContent).toBe("0");
    act(() => take(store, { answers: { main: answer([{ orders: null }], ["orders"]) } }));
    expect(container.querySelector(".val")?.textContent).toBe("—");
  });
  it("flips to the table behind it with T, all digits in it", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ channel: "jd", paid_amount: "108730.25", paid_amount_change: "-0.028" }], ["paid_amount"], "channel", { totals: { paid_amount: "642318.00" } }) } });
    const { container } = shown(spec("bars"), store);
    fireEvent.keyDown(container.querySelector(".tile") as Element, { key: "t" });
    expect(container.querySelector("table")?.textContent).toContain("¥108,730.25");
    expect(container.querySelector("table")?.textContent).toContain("JD");
    fireEvent.keyDown(container.querySelector(".tile") as Element, { key: "T" });
    expect(container.querySelector(".ranks")).toBeTruthy();
  });
  it("says how late a source is, with shape and word", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ orders: "5" }], ["orders"]) }, freshness: { state: "late", as_of: new Date(Date.now() - 18 * 60_000).toISOString(), source: "jd" } });
    shown(spec("number"), store);
    expect(screen.getByText("JD 18 min late")).toBeTruthy();
  });
  it("keeps its last figure and says its age when the server is gone", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ orders: "5" }], ["orders"]) } });
    const { container } = shown(spec("number"), store, { offlineSince: Date.now() });
    expect(container.querySelector(".val")?.textContent).toBe("5");
    expect(container.querySelector(".foot")?.textContent).toContain("Last known:");
  });
  it("draws the equation with parts that add up", () => {
    const store = new TileStore();
    const metrics = ["visitors", "conversion_rate", "paid_amount"];
    take(store, { answers: { main: answer([{ visitors: "100", visitors_change: "0.05", conversion_rate: "0.0362", conversion_rate_change: "0.0018", paid_amount: "642318", paid_amount_change: "0.093" }], metrics) }, extra: { parts: { visitors: "0.058", conversion_rate: "0.035" } } });
    const { container } = shown(spec("strip", { equation: { factors: ["visitors", "conversion_rate"], result: "paid_amount" } }), store);
    expect(container.textContent).toContain("5.8 + 3.5 = 9.3 pp");
    expect(container.textContent).toContain("+0.18 pp");
  });
  it("puts what has no name last and grey in lying bars", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ keyword: "", paid_amount: "325100" }, { keyword: "tea", paid_amount: "47100" }], ["paid_amount"], "keyword", { totals: { paid_amount: "372200" } }) } });
    const { container } = shown(spec("bars"), store);
    const rows = [...container.querySelectorAll(".ranks .row")];
    expect(rows.map((row) => row.querySelector(".el")?.textContent)).toEqual(["tea", "unknown"]);
    expect(rows[1]?.classList.contains("rest")).toBe(true);
    expect(rows[0]?.querySelector<HTMLElement>(".bar i")?.style.transform).toBe("scaleX(1)");
  });
  it("says why there is nothing to compare with", () => {
    const store = new TileStore();
    const main = answer([{ paid_amount: "5.00", paid_amount_then: null, paid_amount_change: null }], ["paid_amount"], undefined, { notes: [{ code: "nothing_before", values: { since: "2025-11-24" } }] });
    take(store, { answers: { main } });
    const { container } = shown({ ...spec("number"), queries: { main: { metrics: ["paid_amount"], compare: "last_year" } } }, store);
    expect(screen.getByText("no data a year ago").title).toContain("24 Nov");
    expect(container.textContent).not.toContain("¥0");
  });
  it("leaves out a column of which nothing is known, and says so", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ plan: "A", spend_amount: "5", roi: null }, { plan: "B", spend_amount: "4", roi: null }], ["spend_amount", "roi"], "plan") } });
    const { container } = shown(spec("table"), store);
    expect([...container.querySelectorAll("th")].map((head) => head.textContent)).not.toContain("roi");
    expect(screen.getByText("no data: roi")).toBeTruthy();
  });
  it("keeps its figure and says that it is older while the warehouse is busy", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ orders: "5" }], ["orders"]) }, problem: { code: "warehouse.busy", detail: null } as never });
    const { container } = shown(spec("number"), store);
    expect(container.querySelector(".val")?.textContent).toBe("5");
    expect(container.querySelector(".foot")?.textContent).toContain("Busy loading; figures of 14:36");
    act(() => take(store, { state: "error", problem: { code: "warehouse.busy", detail: null } as never }));
    expect(screen.getByText("Busy loading older data; this tile fills by itself in a while.")).toBeTruthy();
    expect(screen.queryByText("Try again")).toBeNull();
  });
  it("does not take the page with it when it cannot be drawn", () => {
    const store = new TileStore();
    const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
    take(store, { answers: { main: { columns: null } as unknown as Answer } });
    shown(spec("bars"), store);
    expect(screen.getByRole("alert").textContent).toContain("cannot be drawn");
    silent.mockRestore();
  });
  it("shows text of the data as text", () => {
    const store = new TileStore();
    take(store, { answers: { main: answer([{ product: "<img src=x onerror=alert(1)>", paid_amount: "1" }], ["paid_amount"], "product") } });
    const { container } = shown(spec("table"), store);
    expect(container.querySelector("tbody img")).toBeNull();
  });
});
