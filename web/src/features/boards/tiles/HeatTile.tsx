import { useMemo } from "react";
import { useCellTip } from "../../../charts/CellTip";
import { useAppearance } from "../../../app/settings";
import { say } from "../../../format/number";
import { weekdayName } from "../../../format/time";
import { measure, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** Hour × weekday, the ramp from zero to the greatest cell. */
export function HeatTile({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const { locale } = useAppearance();
  const tip = useCellTip();
  const answer = payload.answers.main;
  const of = measure(answer);
  const cells = useMemo(() => {
    const found = new Map<string, number | null>();
    for (const row of answer?.rows ?? []) if (of) found.set(`${Number(row.weekday)}-${Number(row.hour_of_day)}`, valueOf(row, of));
    return found;
    // `of` follows from the answer
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [answer]);
  if (!answer || !of) return <>{head()}{foot()}</>;
  const top = Math.max(...[...cells.values()].map((value) => value ?? 0), 0);
  const best = [...cells.entries()].reduce<[string, number]>((found, [key, value]) => ((value ?? 0) > found[1] ? [key, value ?? 0] : found), ["", 0]);
  const [bestDay, bestHour] = best[0].split("-").map(Number);
  const level = (value: number | null | undefined) => (!value || top <= 0 ? 0 : Math.min(7, 1 + Math.floor((value / top) * 6.999)));
  const label = words.t("chart.heat", { title: words.pick(spec.title), day: weekdayName(bestDay ?? 1, locale), hour: String(bestHour ?? 0).padStart(2, "0") });
  return (
    <>
      {head(words.beside(of.metric, spec.title))}
      <div className="heat" role="img" aria-label={label} onMouseLeave={tip.hide}>
        {DAYS.map((day) => (
          <div key={day} className="heat-row">
            <span>{weekdayName(day, locale)}</span>
            {HOURS.map((hour) => {
              const value = cells.get(`${day}-${hour}`);
              const at = level(value);
              return (
                <i
                  key={hour} className="cell" style={{ background: at ? `var(--s${at})` : "var(--c-grid)" }}
                  onMouseEnter={(event) => tip.at(event.currentTarget, <><div className="h">{weekdayName(day, locale)} {String(hour).padStart(2, "0")}:00</div><dl><dt>{words.metric(of.metric)}</dt><dd>{say(value ?? 0, of.unit, locale)}</dd></dl></>)}
                />
              );
            })}
          </div>
        ))}
        <div className="heat-row hours" aria-hidden="true"><span />{[0, 6, 12, 18].map((hour) => <span key={hour} style={{ gridColumn: `${hour + 2} / span 6` }}>{String(hour).padStart(2, "0")}</span>)}</div>
      </div>
      {tip.node}
      {foot(<span className="ramp">{words.t("ramp.few")}<span>{DAYS.map((each) => <i key={each} style={{ background: `var(--s${each})` }} />)}</span>{words.t("ramp.many")}</span>)}
    </>
  );
}
