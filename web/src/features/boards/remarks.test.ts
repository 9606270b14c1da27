import { describe, expect, it } from "vitest";
import type { Remark } from "../../api/remarks";
import { marksOf } from "./remarks";

const said = (since: string, until: string, text = "x") => ({ since, until, text }) as unknown as Remark;
const DAYS = ["2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"];

describe("marks on a chart", () => {
  it("stand on the days that they are about, cut to what the chart shows", () => {
    expect(marksOf(DAYS, [said("2026-11-11", "2026-11-12")])).toEqual([{ from: 1, to: 2, text: "x", count: 1 }]);
    expect(marksOf(DAYS, [said("2026-11-01", "2026-11-10")])).toMatchObject([{ from: 0, to: 0 }]);
  });
  it("are left out where the chart shows other days, or no days", () => {
    expect(marksOf(DAYS, [said("2026-12-01", "2026-12-02"), said("", "")])).toEqual([]);
    expect(marksOf(["tmall", "jd"], [said("2026-11-11", "2026-11-11")])).toEqual([]);
    expect(marksOf(["2026-11-11T00", "2026-11-11T01"], [said("2026-11-11", "2026-11-11")])).toEqual([]);
  });
  it("are one where several stand on the same days", () => {
    expect(marksOf(DAYS, [said("2026-11-11", "2026-11-11", "a"), said("2026-11-11", "2026-11-11", "b")])).toEqual([{ from: 1, to: 1, text: "a\nb", count: 2 }]);
  });
});
