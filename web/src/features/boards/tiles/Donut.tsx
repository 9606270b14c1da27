import { useLayoutEffect, useRef, useState } from "react";
import { Chart } from "../../../charts/Chart";
import { drawDonut, type Slice } from "../../../charts/donut";
import { say, sayShare } from "../../../format/number";
import type { Row } from "../../../api/contracts";
import { keyOf, measure, memberCell, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

const AT_MOST = 4;
const NAMED_FROM = 400;
const BESIDE_FROM = 280;

/** Four members and the others. The others are what is left of the planner's total, or the planner's own row. */
export function Donut({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const named = width === 0 || width >= NAMED_FROM;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  if (!answer || !of || !key) return <>{head()}{foot()}</>;
  const isNamed = (row: Row) => row[key.name] !== null && row[key.name] !== "";
  const rows = [...answer.rows].sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || (valueOf(b, of) ?? 0) - (valueOf(a, of) ?? 0));
  const top: Slice[] = rows.slice(0, AT_MOST).map((row) => ({ name: words.member(key.name, memberCell(answer, key, row)), value: Math.max(0, valueOf(row, of) ?? 0), rest: !isNamed(row) }));
  const shown = top.reduce((sum, slice) => sum + slice.value, 0);
  const total = valueOf(answer.totals, of) ?? shown + rows.slice(AT_MOST).reduce((sum, row) => sum + (valueOf(row, of) ?? 0), 0) + (valueOf(answer.others, of) ?? 0);
  const rest = Math.max(0, total - shown);
  const slices = rest > total * 0.0005 ? [...top, { name: words.t("member.others"), value: rest, rest: true }] : top;
  const first = slices[0];
  const label = words.t("chart.shares", { title: words.pick(spec.title), name: first?.name ?? "", share: sayShare(first && total > 0 ? first.value / total : null), total: say(total, of.unit, words.locale) });
  return (
    <>
      {head(words.beside(of.metric, spec.title))}
      <div className={width < BESIDE_FROM ? "donut narrow" : "donut"} ref={box}>
        <Chart label={label} draw={drawDonut(slices, total, of.unit, words.locale, named)} version={`${now.version}${named}`} />
        {!named && (
          <ul>
            {slices.map((slice, index) => <li key={slice.name}><i style={{ background: slice.rest ? "var(--c-rest)" : `var(--c${(index % 8) + 1})` }} /><span className="el">{slice.name}</span><b>{sayShare(total > 0 ? slice.value / total : null)}</b></li>)}
          </ul>
        )}
      </div>
      {foot()}
    </>
  );
}
