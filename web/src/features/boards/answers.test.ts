import { describe, expect, it } from "vitest";
import type { Answer } from "../../api/contracts";
import { beforeOf, changeOf, measure, measures, only, shareOf, unitIn, valueOf } from "./answers";

const answer: Answer = {
  columns: [
    { name: "channel", role: "dimension" },
    { name: "m", role: "metric", unit: "money", currency: "CNY", metric: "paid_amount" },
    { name: "m_then", role: "comparison", unit: "money", currency: "CNY", metric: "paid_amount" },
    { name: "m_diff", role: "change", unit: "ratio", metric: "paid_amount" },
    { name: "conversion_rate", role: "metric", unit: "ratio" },
  ],
  rows: [{ channel: "jd", m: "108730.00", m_then: "111862.14", m_diff: "-0.028", conversion_rate: null }],
  as_of: null, quality: { score: 100 },
};

describe("reading an answer", () => {
  it("goes by the roles of columns, whatever their names", () => {
    const of = measure(answer, "paid_amount");
    expect([valueOf(only(answer), of), beforeOf(only(answer), of), changeOf(only(answer), of)]).toEqual([108730, 111862.14, -0.028]);
  });
  it("tells changes of ratios in points and unknown from zero", () => {
    expect(measures(answer).map((of) => of.points)).toEqual([false, true]);
    expect(valueOf(only(answer), measure(answer, "conversion_rate"))).toBeNull();
  });
  it("takes the row's own currency where there are several", () => {
    const several: Answer = { ...answer, columns: [...answer.columns, { name: "currency", role: "currency" }], rows: [{ ...answer.rows[0], currency: "USD" }] };
    expect(unitIn(only(several), measure(several) as never, several).currency).toBe("USD");
  });
  it("knows no share of nothing", () => {
    expect(shareOf(5, 0)).toBeNull();
    expect(shareOf(1, 4)).toBe(0.25);
  });
});
