import { expect, test } from "vitest";
import { retentionRows, type Cell } from "./retention";

const cell = (cohort: string, age: number, buyers: number | null): Cell => ({ cohort, age, size: 40, buyers, retention: buyers === null ? null : buyers / 40, complete: true });

test("cohorts stand newest first, each with its ages from the first one after", () => {
  const rows = retentionRows([cell("2026-01", 0, 40), cell("2026-01", 1, 12), cell("2026-01", 2, null), cell("2026-02", 0, 40), cell("2026-02", 1, 0)], 12, 3);
  expect(rows.map((row) => row.cohort)).toEqual(["2026-02", "2026-01"]);
  expect(rows[1]?.cells.map((each) => each?.buyers)).toEqual([12, null, undefined]);
});

test("no more cohorts and ages are shown than fit", () => {
  const many = ["2026-01", "2026-02", "2026-03"].flatMap((cohort) => [0, 1, 2].map((age) => cell(cohort, age, 20)));
  const rows = retentionRows(many, 2, 1);
  expect(rows.map((row) => [row.cohort, row.cells.length])).toEqual([["2026-03", 1], ["2026-02", 1]]);
});
