import { describe, expect, it } from "vitest";
import { wholeHeight } from "../components/WholeRows";
import { lineRange } from "./combo";
import { placed, type Box } from "./labels";

const room: Box = { left: 0, top: 0, right: 400, bottom: 200 };
const touches = (one: Box, other: Box) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

describe("names of points", () => {
  it("never cover each other, a point or a word on the plot, and stay inside", () => {
    const spots = Array.from({ length: 40 }, (_, index) => ({ x: 20 + ((index * 97) % 360), y: 20 + ((index * 53) % 160), width: 70 }));
    const word: Box = { left: 300, top: 90, right: 400, bottom: 110 };
    const boxes = placed(spots, room, [word], [], 5, 12).filter((box): box is Box => box !== null);
    expect(boxes.length).toBeGreaterThan(5);
    boxes.forEach((box, index) => {
      expect(touches(box, word)).toBe(false);
      expect(box.left >= 0 && box.right <= 400 && box.top >= 0 && box.bottom <= 200).toBe(true);
      for (const other of boxes.slice(index + 1)) expect(touches(box, other)).toBe(false);
    });
  });
  it("cross a line only where nothing else is left", () => {
    const line: Box = { left: 0, top: 99, right: 400, bottom: 101 };
    const [box] = placed([{ x: 200, y: 100, width: 60 }], room, [], [line], 5, 12);
    expect(box && touches(box, line)).toBe(false);
    const [narrow] = placed([{ x: 100, y: 10, width: 60 }], { ...room, bottom: 20 }, [], [{ ...line, top: 9, bottom: 11 }], 5, 12);
    expect(narrow).not.toBeNull();
  });
});

describe("a line below columns", () => {
  const part = (values: number[]) => ({ name: "", values, unit: { kind: "number" as const, currency: null, word: "" }, points: false });
  it("begins at zero where its values do, and near them where they stay far away", () => {
    expect(lineRange(part([1, 5, 9])).min).toBe(0);
    expect(lineRange(part([4.4, 4.5, 4.45])).min).toBeGreaterThan(4);
  });
});

describe("a table with more rows than room", () => {
  it("ends with a whole row", () => {
    expect(wholeHeight([54, 80, 106, 132], 120)).toBe(106);
    expect(wholeHeight([54, 80], 120)).toBe(120);
  });
});
