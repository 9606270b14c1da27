import { axisUnit, ticks } from "../../../charts/axes";
import { Chart } from "../../../charts/Chart";
import { drawColumns } from "../../../charts/columns";
import { say } from "../../../format/number";
import { axisLabel, longLabel, readLabel, weekdayName } from "../../../format/time";
import { keyOf, measure, num } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";

const AT_MOST = 31;

export function ColumnsTile({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  if (!answer || !of || !key) return <>{head()}{foot()}</>;
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
  };
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  return (
    <>
      {head(axisUnit(ticks(0, top || 1, true).max, of.unit, words.locale))}
      <Chart label={words.t("chart.summary", { title: words.pick(spec.title), count: rows.length, value: say(values.at(-1) ?? null, of.unit, words.locale) })} draw={drawColumns(columns, words.locale)} version={`${now.version}${beforeName}`} />
      {foot()}
    </>
  );
}
