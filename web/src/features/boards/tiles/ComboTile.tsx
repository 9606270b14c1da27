import { Chart } from "../../../charts/Chart";
import { drawCombo, type Part } from "../../../charts/combo";
import { stretches } from "../../../charts/festivals";
import type { FestivalDay } from "../../../api/contracts";
import { say } from "../../../format/number";
import { keys, measures, num, type Measure } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

/** Two measures over time that belong together: columns above, a line below, one time axis. */
export function ComboTile({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const answer = payload.answers.main;
  const time = keys(answer, "time")[0];
  const [first, second] = measures(answer);
  if (!answer || !time || !first || !second) return <>{head()}{foot()}</>;
  const part = (of: Measure): Part => ({
    name: words.metric(of.metric), values: answer.rows.map((row) => num(row, of.column)), change: of.change ? answer.rows.map((row) => num(row, of.change)) : undefined, unit: of.unit, points: of.points,
  });
  const at = answer.rows.map((row) => String(row[time.name] ?? ""));
  const columns = part(first);
  const festivals = stretches(at, (payload.extra?.festivals ?? []) as FestivalDay[], words.locale);
  const label = words.t("chart.summary", { title: words.pick(spec.title), count: at.length, value: say(columns.values.at(-1) ?? null, first.unit, words.locale) });
  return (
    <>
      {head()}
      <Chart label={label} draw={drawCombo({ at, columns, line: part(second), unfinished: answer.period?.complete === false, festivals }, words.locale, words.t("chart.zero_left_out"))} version={now.version} />
      {foot()}
    </>
  );
}
