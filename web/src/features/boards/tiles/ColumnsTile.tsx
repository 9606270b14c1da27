import { useMemo } from "react";
import { axisUnit, ticks } from "../../../charts/axes";
import type { FestivalDay } from "../../../api/contracts";
import { Chart } from "../../../charts/Chart";
import { drawColumns } from "../../../charts/columns";
import { stretches } from "../../../charts/festivals";
import { drawStacked } from "../../../charts/stacked";
import { say } from "../../../format/number";
import { axisLabel, longLabel, readLabel, weekdayName } from "../../../format/time";
import { keyOf, measure, num } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { marksOf } from "../remarks";
import { useZoom } from "../useZoom";
import { trendOf } from "./TrendTile";

const AT_MOST = 31;

export function ColumnsTile({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  const zoom = useZoom(spec, (answer?.rows ?? []).slice(-AT_MOST).map((row) => String(row[key?.name ?? ""] ?? "")));
  const marks = useMemo(() => marksOf((answer?.rows ?? []).slice(-AT_MOST).map((row) => String(row[key?.name ?? ""] ?? "")), board.said?.get(spec.id) ?? []), [answer, key?.name, board.said, spec.id]);
  if (!answer || !of || !key) return <>{head()}{foot()}</>;
  if (answer.columns.filter((column) => column.role === "dimension").length && key.role === "time") return <StackedTile spec={spec} now={now} payload={payload} head={head} foot={foot} />;
  const rows = answer.rows.slice(-AT_MOST);
  const name = (cell: unknown, long: boolean): string => {
    if (key.name === "weekday") return weekdayName(Number(cell), words.locale);
    if (key.name === "hour_of_day") return String(cell).padStart(2, "0") + (long ? ":00" : "");
    if (readLabel(cell)) return long ? longLabel(cell, words.locale) : axisLabel(cell, words.locale);
    return words.member(key.name, cell);
  };
  const beforeName = words.begin(words.compareName(compareOfTile(spec, board), timeOfTile(spec, board), answer));
  const values = rows.map((row) => num(row, of.column));
  const columns = {
    names: rows.map((row) => name(row[key.name], false)), longNames: rows.map((row) => name(row[key.name], true)), values,
    before: of.before ? rows.map((row) => num(row, of.before)) : undefined, change: of.change ? rows.map((row) => num(row, of.change)) : undefined,
    unit: of.unit, points: of.points, open: key.role === "time" && answer.period?.complete === false ? rows.length - 1 : -1, measure: words.metric(of.metric), beforeName,
    festivals: stretches(rows.map((row) => String(row[key.name] ?? "")), (payload.extra?.festivals ?? []) as FestivalDay[], words.locale),
  };
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  return (
    <>
      {head(axisUnit(ticks(0, top || 1, true).max, of.unit, words.locale))}
      <Chart label={words.t("chart.summary", { title: words.pick(spec.title), count: rows.length, value: say(values.at(-1) ?? null, of.unit, words.locale) })} draw={drawColumns(columns, words.locale)} version={`${now.version}${beforeName}`} marks={marks} onMark={() => board.talk?.(spec.id, "talk", () => "")} {...zoom} />
      {foot()}
    </>
  );
}

/** One measure over time, each column cut into the members of a dimension. */
function StackedTile({ spec, now, payload, head, foot }: Omit<TileParts, "full" | "end">) {
  const words = useWords();
  const { phone } = useBoard();
  const answer = payload.answers.main;
  const made = answer ? trendOf(answer, words, true, "") : null;
  if (!answer || !made) return <>{head()}{foot()}</>;
  const trend = { ...made, festivals: stretches(made.at, (payload.extra?.festivals ?? []) as FestivalDay[], words.locale) };
  const sums = trend.at.map((_, index) => trend.series.reduce((sum, series) => sum + (series.values[index] ?? 0), 0));
  const legend = (
    <span className={phone ? "legend below" : "legend"}>{trend.series.map((series, index) => <span key={series.name}><i className="dot" style={{ background: series.rest ? "var(--c-rest)" : `var(--c${(index % 8) + 1})` }} />{series.name}</span>)}</span>
  );
  const label = words.t("chart.summary", { title: words.pick(spec.title), count: trend.at.length, value: say(sums.at(-1) ?? null, trend.unit, words.locale) });
  return (
    <>
      {head(axisUnit(ticks(0, Math.max(...sums, 0) || 1, true).max, trend.unit, words.locale), phone ? null : legend)}
      {phone && legend}
      <Chart label={label} draw={drawStacked(trend, words.locale)} version={now.version} />
      {foot()}
    </>
  );
}
