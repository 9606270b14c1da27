import { describe, expect, it } from "vitest";
import { periodName } from "./names";
import { daysOf } from "./periods";
import { running } from "./running";
import { scorecard } from "./scorecard";
import type { Progress } from "../../api/targets";

describe("targets", () => {
  it("names whole months, quarters and years shortly", () => {
    expect(periodName("2026-02-01", "2026-02-28")).toBe("2026-02");
    expect(periodName("2026-10-01", "2026-12-31")).toBe("2026 Q4");
    expect(periodName("2026-01-01", "2026-12-31")).toBe("2026");
    expect(periodName("2026-11-01", "2026-11-11")).toBe("2026-11-01 – 2026-11-11");
    expect(periodName("2026-11-11", "2026-11-11")).toBe("2026-11-11");
  });
  it("finds the days of a period, also across a year's end", () => {
    const november = new Date(2026, 10, 23);
    expect(daysOf("this_month", november)).toEqual(["2026-11-01", "2026-11-30"]);
    expect(daysOf("next_quarter", november)).toEqual(["2027-01-01", "2027-03-31"]);
    expect(daysOf("next_year", november)).toEqual(["2027-01-01", "2027-12-31"]);
  });
  it("adds up what is known and leaves the rest open", () => {
    expect(running([1, 2, null], true)).toEqual([1, 3, null]);
    expect(running([1, 2, null], false)).toEqual([1, 2, null]);
  });
  it("scores by the quarter of the last day and by team", () => {
    const one = (until: string, team: string, verdict: string) => ({ target: { until, team }, verdict }) as unknown as Progress;
    const scores = scorecard([one("2026-11-30", "a", "ok"), one("2026-12-31", "a", "critical"), one("2027-01-31", "", "none")]);
    expect(scores.map((score) => [score.quarter, score.team, score.targets.length, score.counts.ok])).toEqual([["2027 Q1", "", 1, 0], ["2026 Q4", "a", 2, 1]]);
  });
});
