import { useMemo } from "react";
import { useCellTip } from "../../../charts/CellTip";
import { weeksOf } from "../../../charts/calendar";
import { say } from "../../../format/number";
import { axisLabel, longLabel, weekdayName } from "../../../format/time";
import { measure, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";
import { useZoom } from "../useZoom";

const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** One measure by day as a calendar, the ramp from zero to the greatest day; what is unknown is empty, zero is the ground. */
export function CalendarTile({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const tip = useCellTip();
  const answer = payload.answers.main;
  const of = measure(answer);
  const weeks = useMemo(() => weeksOf((answer?.rows ?? []).map((row) => ({ day: String(row.day ?? ""), value: valueOf(row, of) })).filter((each) => /^\d{4}-\d\d-\d\d$/.test(each.day))),
    // `of` follows from the answer
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [answer]);
  const zoom = useZoom(spec, weeks.cells.map((cell) => cell.day));
  if (!answer || !of || weeks.count === 0) return <>{head()}{foot()}</>;
  const top = Math.max(...weeks.cells.map((cell) => cell.value ?? 0), 0);
  const best = weeks.cells.reduce((found, cell) => ((cell.value ?? -Infinity) > (found?.value ?? -Infinity) ? cell : found), weeks.cells[0]);
  const level = (value: number) => (value <= 0 || top <= 0 ? 0 : Math.min(7, 1 + Math.floor((value / top) * 6.999)));
  const label = words.t("chart.calendar", { title: words.pick(spec.title), count: weeks.cells.length, day: longLabel(best?.day ?? "", words.locale), value: say(best?.value ?? null, of.unit, words.locale) });
  return (
    <>
      {head(words.beside(of.metric, spec.title))}
      <div className="calendar" role="img" aria-label={label} onMouseLeave={tip.hide} style={{ gridTemplateColumns: `auto repeat(${weeks.count}, minmax(4px, 34px))` }}>
        {weeks.months.map((each) => <span key={each.month} className="month" style={{ gridColumn: `${each.week + 2} / span ${Math.min(4, weeks.count - each.week)}`, gridRow: 1 }}>{axisLabel(each.month, words.locale)}</span>)}
        {[1, 3, 5, 7].map((day) => <span key={day} style={{ gridColumn: 1, gridRow: day + 1 }}>{weekdayName(day, words.locale)}</span>)}
        {weeks.cells.map((cell, index) => (
          <i
            key={cell.day} className={cell.value === null ? "cell unknown" : "cell"} style={{ gridColumn: cell.week + 2, gridRow: cell.row + 2, background: cell.value === null ? undefined : level(cell.value) ? `var(--s${level(cell.value)})` : "var(--c-grid)", cursor: zoom.onPick ? "pointer" : undefined }}
            onClick={() => zoom.onPick?.(index)}
            onMouseEnter={(event) => tip.at(event.currentTarget, <><div className="h">{longLabel(cell.day, words.locale)}</div><dl><dt>{words.metric(of.metric)}</dt><dd>{say(cell.value, of.unit, words.locale)}</dd></dl></>)}
          />
        ))}
      </div>
      {tip.node}
      {foot(<span className="ramp">{words.t("ramp.few")}<span>{DAYS.map((each) => <i key={each} style={{ background: `var(--s${each})` }} />)}</span>{words.t("ramp.many")}</span>)}
    </>
  );
}
