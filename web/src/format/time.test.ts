import { describe, expect, it } from "vitest";
import { ageOf, axisLabel, clock, dayName, longLabel, readLabel, weekdayName } from "./time";

describe("times", () => {
  it("shows an instant in the report's zone, not the reader's", () => {
    const at = new Date("2026-11-20T06:36:00Z");
    expect(clock(at, "Asia/Shanghai")).toBe("14:36");
    expect(clock(at, "Asia/Kathmandu")).toBe("12:21");
    expect(dayName(at, "Asia/Shanghai", "zh-CN")).toBe("11 月 20 日 周五");
    expect(dayName(at, "Asia/Shanghai", "en")).toBe("Fri 20 Nov");
  });
  it("reads the time cells of answers", () => {
    expect(readLabel("2026-11-20T14:15")?.grain).toBe("quarter_hour");
    expect(readLabel("2026-W47")).toMatchObject({ grain: "week", week: 47 });
    expect(readLabel("tmall")).toBeNull();
  });
  it("labels axes shortly and tooltips wholly", () => {
    expect(axisLabel("2026-11-20T14:15", "en")).toBe("14:15");
    expect(axisLabel("2026-10-21", "zh-CN")).toBe("10-21");
    expect(axisLabel("2026-10-21", "en")).toBe("21 Oct");
    expect(longLabel("2026-11-20T14:15", "zh-CN")).toBe("11 月 20 日 周五 14:15");
    expect(longLabel("2010-12", "en")).toBe("Dec 2010");
  });
  it("names weekdays from Monday", () => {
    expect(weekdayName(1, "zh-CN")).toBe("周一");
    expect(weekdayName(7, "en")).toBe("Sun");
  });
  it("counts age in the greatest whole unit", () => {
    expect(ageOf(2400)).toEqual({ unit: "second", count: 2 });
    expect(ageOf(18 * 60_000)).toEqual({ unit: "minute", count: 18 });
  });
});
