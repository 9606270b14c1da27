import { describe, expect, it } from "vitest";
import { apart, axisText, axisUnit, evenly, ticks, tipContent } from "./axes";
import { runningTotal } from "./daycurve";
import { steps } from "./steps";

const yuan = { kind: "money" as const, currency: "CNY", word: "" };

describe("axes", () => {
  it("have four or five round ticks from zero", () => {
    expect(ticks(0, 1_500_000, true)).toEqual({ min: 0, max: 1_600_000, interval: 400_000 });
    for (const high of [0.037, 7, 93, 1234, 5e7]) {
      const { min, max, interval } = ticks(0, high, true);
      expect(max).toBeGreaterThanOrEqual(high);
      expect((max - min) / interval).toBeLessThanOrEqual(5);
    }
  });
  it("write the unit once, in the title", () => {
    expect(axisUnit(1_600_000, yuan, "zh-CN")).toBe("万元");
    expect(axisText(400_000, { divisor: 1e4, suffix: "万" }, yuan, "zh-CN")).toBe("40");
    expect(axisText(400_000, { divisor: 1e6, suffix: "M" }, yuan, "en")).toBe("400k");
  });
  it("write labels at even steps that fit", () => {
    const isWritten = evenly(30, 600, 36);
    expect(Array.from({ length: 30 }, (_, index) => isWritten(index)).filter(Boolean).length).toBeLessThanOrEqual(8);
  });
  it("keep end labels apart without leaving the plot", () => {
    const values = [10, 10.5, 11, 90];
    const moved = apart(values, { min: 0, max: 100 }, 100, 12);
    const at = values.map((value, index) => 100 - value + (moved[index] ?? 0)).sort((a, b) => a - b);
    for (let index = 1; index < at.length; index++) expect((at[index] ?? 0) - (at[index - 1] ?? 0)).toBeGreaterThan(11);
    expect(Math.max(...at)).toBeLessThanOrEqual(100.01);
  });
  it("never read the data's text as markup", () => {
    const tip = tipContent("<img src=x onerror=alert(1)>", [{ name: "<b>x</b>", colour: "red", value: 1, text: "1" }]);
    expect(tip.querySelector("img, b")).toBeNull();
  });
  it("sort the tooltip's lines by value", () => {
    const tip = tipContent("", [{ name: "a", colour: "", value: 1, text: "1" }, { name: "b", colour: "", value: null, text: "—" }, { name: "c", colour: "", value: 3, text: "3" }]);
    expect([...tip.querySelectorAll("dt")].map((name) => name.textContent)).toEqual(["c", "a", "b"]);
  });
});

describe("the day's running total", () => {
  it("counts a slot at its end, and the one that still runs now", () => {
    expect(runningTotal([[0, 5], [60, 7], [120, 1]], 60, 130)).toEqual([[0, 0], [60, 5], [120, 12], [130, 13]]);
  });
});

describe("the steps of a ramp", () => {
  it("leave nothing at zero and let the greatest be the darkest", () => {
    const step = steps([1, 5, 20, 485]);
    expect(step(0)).toBe(0);
    expect(step(485)).toBe(7);
    expect(step(1)).toBe(1);
  });
});
