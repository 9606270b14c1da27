import { useMemo } from "react";
import type { Answer, FestivalDay } from "../../../api/contracts";
import { axisUnit, ticks } from "../../../charts/axes";
import { Chart } from "../../../charts/Chart";
import { stretches } from "../../../charts/festivals";
import { drawTrend, trendRange, type Series, type Trend } from "../../../charts/trend";
import { say } from "../../../format/number";
import { keys, measures, num } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { useMarks } from "../remarks";
import { useZoom } from "../useZoom";

const AT_MOST = 5;
const NO_DAYS: string[] = [];

/** Rows of an answer as lines: one per measure, or one per member where a dimension stands beside the time. */
export function trendOf(answer: Answer, names: { metric: (name: string) => string; member: (dimension: string, member: unknown) => string; others: string }, area: boolean, beforeName: string): Trend | null {
  const time = keys(answer, "time")[0] ?? answer.columns[0];
  const split = keys(answer, "dimension")[0];
  const all = measures(answer);
  const first = all[0];
  if (!time || !first) return null;
  const at = [...new Set(answer.rows.map((row) => String(row[time.name] ?? "")))];
  const unfinished = answer.period?.complete === false;
  const base = { at, unit: first.unit, points: first.points, area, unfinished, beforeName };
  if (!split) {
    const series = all.filter((of) => of.unit.kind === first.unit.kind).slice(0, AT_MOST).map<Series>((of) => ({
      name: names.metric(of.metric), values: answer.rows.map((row) => num(row, of.column)),
      before: of.before ? answer.rows.map((row) => num(row, of.before)) : undefined,
      change: of.change ? answer.rows.map((row) => num(row, of.change)) : undefined,
    }));
    return { ...base, series };
  }
  const members = [...new Set(answer.rows.map((row) => String(row[split.name] ?? "")))];
  const index = new Map(at.map((label, number) => [label, number]));
  const sums = new Map<string, number>();
  const values = new Map(members.map((member) => [member, Array<number | null>(at.length).fill(null)]));
  for (const row of answer.rows) {
    const member = String(row[split.name] ?? "");
    const value = num(row, first.column);
    (values.get(member) as (number | null)[])[index.get(String(row[time.name])) ?? 0] = value;
    sums.set(member, (sums.get(member) ?? 0) + (value ?? 0));
  }
  const ranked = members.sort((a, b) => Number(b !== "") - Number(a !== "") || (sums.get(b) ?? 0) - (sums.get(a) ?? 0));
  const series: Series[] = ranked.slice(0, AT_MOST).map((member) => ({ name: names.member(split.name, member), values: values.get(member) ?? [], rest: member === "" || undefined }));
  const others = ranked.slice(AT_MOST);
  if (area && others.length) {
    const rest = at.map((_, number) => others.reduce((sum, member) => sum + (values.get(member)?.[number] ?? 0), 0));
    series.push({ name: names.others, values: rest, rest: true });
  }
  return { ...base, series };
}

export function TrendTile({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const time = timeOfTile(spec, board);
  const compare = compareOfTile(spec, board);
  const beforeName = words.begin(words.compareName(compare, time, answer));
  const area = spec.options?.area === true;
  const days = payload.extra?.festivals;
  const trend = useMemo(() => {
    const made = answer ? trendOf(answer, words, area, beforeName) : null;
    return made && { ...made, festivals: stretches(made.at, (days ?? []) as FestivalDay[], words.locale) };
  }, [answer, words, area, beforeName, days]);
  const zoom = useZoom(spec, trend?.at ?? []);
  const marks = useMarks(trend?.at ?? NO_DAYS, board.said?.get(spec.id));
  if (!answer || !trend) return <>{head()}{foot()}</>;
  const first = trend.series[0];
  const top = Math.max(0, ...trend.series.flatMap((series) => series.values.map((value) => value ?? 0)));
  const single = trend.series.length === 1;
  const legend = single && first?.before && !board.phone && (
    <span className="legend">
      <span><i />{words.rangeName(time)}</span>
      <span><i className="cmp" />{beforeName}</span>
    </span>
  );
  const last = first?.values.at(-1) ?? null;
  const label = words.t("chart.summary", { title: words.pick(spec.title), count: trend.at.length, value: say(last, trend.unit, words.locale) });
  return (
    <>
      {head([axisUnit(ticks(0, top || 1, true).max, trend.unit, words.locale), trendRange(trend).min > 0 ? words.t("chart.zero_left_out") : ""].filter(Boolean).join(" · "), legend)}
      <Chart label={label} draw={drawTrend(trend, words.locale)} version={`${now.version}${beforeName}`} marks={marks} onMark={() => board.talk?.(spec.id, "talk", () => "")} {...zoom} />
      {foot()}
    </>
  );
}
