import { Chart } from "../../../charts/Chart";
import { drawScatter, type Point } from "../../../charts/scatter";
import { say } from "../../../format/number";
import { keyOf, measure, measures, memberCell, only, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

const AT_MOST = 500;

/** Members by two measures: the first lies, the second stands. `level` may hold one figure from which on the second pays. */
export function ScatterTile({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const { main: answer, level } = payload.answers;
  const [x, y] = measures(answer);
  const key = keyOf(answer);
  if (!answer || !x || !y || !key) return <>{head()}{foot()}</>;
  const points = answer.rows.slice(0, AT_MOST).flatMap<Point>((row) => {
    const [across, up] = [valueOf(row, x), valueOf(row, y)];
    return across === null || up === null ? [] : [{ name: words.member(key.name, memberCell(answer, key, row)), x: across, y: up }];
  });
  if (!points.length) return <>{head()}<div className="mid">{words.t("state.empty")}</div>{foot()}</>;
  const of = measure(level);
  const value = valueOf(only(level), of);
  const scatter = { points, x: { name: words.metric(x.metric), unit: x.unit }, y: { name: words.metric(y.metric), unit: y.unit }, level: of && value !== null ? { value, name: words.metric(of.metric) } : undefined };
  const label = words.t("chart.summary", { title: words.pick(spec.title), count: points.length, value: say(points.at(-1)?.y ?? null, y.unit, words.locale) });
  return (
    <>
      {head()}
      <Chart label={label} draw={drawScatter(scatter, words.t("chart.median"), words.locale)} version={now.version} />
      {foot()}
    </>
  );
}
