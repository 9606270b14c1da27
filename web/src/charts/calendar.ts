/** Days as a calendar: a column per week, a row per weekday. */
export interface DayCell {
  day: string;
  value: number | null;
  week: number;
  /** 0 = the first day of the week. */
  row: number;
}

export interface Weeks {
  cells: DayCell[];
  count: number;
  /** Where a month's name stands: over the week that holds its first day. */
  months: { week: number; month: string }[];
}

const DAY_MS = 86_400_000;

/** Days that are missing between the first and the last stand as unknown. Weeks begin on Monday. */
export function weeksOf(days: { day: string; value: number | null }[]): Weeks {
  const known = new Map(days.map((each) => [each.day, each.value]));
  const sorted = [...known.keys()].sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last) return { cells: [], count: 0, months: [] };
  const begin = Date.parse(`${first}T00:00Z`);
  const lead = (new Date(begin).getUTCDay() + 6) % 7;
  const cells: DayCell[] = [];
  const months: Weeks["months"] = [];
  for (let at = begin; at <= Date.parse(`${last}T00:00Z`); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const place = Math.round((at - begin) / DAY_MS) + lead;
    cells.push({ day, value: known.get(day) ?? null, week: Math.floor(place / 7), row: place % 7 });
    if (day.endsWith("-01") || at === begin) months.push({ week: Math.floor(place / 7), month: day.slice(0, 7) });
  }
  const [one, two] = months;
  if (one && two && two.week - one.week < 3) months.shift(); // no room for both names
  return { cells, count: Math.max(...cells.map((cell) => cell.week)) + 1, months };
}
