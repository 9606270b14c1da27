import { describe, expect, it } from "vitest";
import { weeksOf } from "./calendar";
import { squarified } from "./treemap";

describe("a treemap", () => {
  it("gives each value its share of the area, inside the frame, without overlap", () => {
    const values = [6, 6, 4, 3, 2, 2, 1, 0, null];
    const boxes = squarified(values, 600, 400);
    expect(boxes.map((box) => box.index).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const box of boxes) {
      expect(box.w * box.h).toBeCloseTo(((values[box.index] ?? 0) / 24) * 240_000, 3);
      expect(Math.max(box.w / box.h, box.h / box.w)).toBeLessThan(3);
      expect(box.x + box.w).toBeLessThanOrEqual(600.001);
      expect(box.y + box.h).toBeLessThanOrEqual(400.001);
    }
    const meet = boxes.some((a, i) => boxes.some((b, j) => i < j && a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01));
    expect(meet).toBe(false);
  });
  it("is empty where there is nothing positive", () => expect(squarified([0, null, -3], 10, 10)).toEqual([]));
});

describe("a calendar of days", () => {
  it("puts each day in its week and row, and leaves a missing day unknown", () => {
    const weeks = weeksOf([{ day: "2026-11-19", value: 5 }, { day: "2026-11-23", value: 7 }]);
    expect(weeks.cells.map((cell) => [cell.day, cell.week, cell.row, cell.value])).toEqual([["2026-11-19", 0, 3, 5], ["2026-11-20", 0, 4, null], ["2026-11-21", 0, 5, null], ["2026-11-22", 0, 6, null], ["2026-11-23", 1, 0, 7]]);
  });
});
