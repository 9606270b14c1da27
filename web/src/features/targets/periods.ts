/** Whole months, quarters and years as first and last day. */
export const PERIODS = ["this_month", "next_month", "this_quarter", "next_quarter", "this_year", "next_year"] as const;
export type PeriodName = (typeof PERIODS)[number];

const iso = (at: Date) => at.toISOString().slice(0, 10);

export function daysOf(name: PeriodName, today: Date): [string, string] {
  const year = today.getFullYear();
  const month = today.getMonth();
  const next = name.startsWith("next") ? 1 : 0;
  const [first, length] = name.endsWith("month") ? [month + next, 1] : name.endsWith("quarter") ? [Math.floor(month / 3) * 3 + 3 * next, 3] : [12 * next, 12];
  return [iso(new Date(Date.UTC(year, first, 1))), iso(new Date(Date.UTC(year, first + length, 0)))];
}
