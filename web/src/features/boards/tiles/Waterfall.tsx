import { say, scaleFor, sayShare, digits, join, toNumber } from "../../../format/number";
import { measure, only, shareOf, unitIn, valueOf, type Measure } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

interface Step {
  name: string;
  value: number | null;
  from: number;
  to: number;
  kind: "whole" | "less" | "more" | "rest";
}

/** From the first amount to the last: each step begins where the one before it ended; what no step explains is a step of its own. */
export function stepsOf(first: number, less: { name: string; value: number | null }[], rest: number | null, last: number, names: { first: string; last: string; rest: string }): Step[] {
  const steps: Step[] = [{ name: names.first, value: first, from: 0, to: first, kind: "whole" }];
  let at = first;
  for (const each of less) {
    const to = at - (each.value ?? 0);
    steps.push({ name: each.name, value: each.value === null ? null : -each.value, from: at, to, kind: (each.value ?? 0) >= 0 ? "less" : "more" });
    at = to;
  }
  if (rest !== null && Math.abs(rest) >= Math.max(0.005, Math.abs(first) * 1e-6)) {
    steps.push({ name: names.rest, value: rest, from: at, to: at + rest, kind: "rest" });
  }
  steps.push({ name: names.last, value: last, from: 0, to: last, kind: "whole" });
  return steps;
}

/** A way from one amount to another as lying bars: name, floating bar, amount, share of the first. */
export function Waterfall({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const answer = payload.answers.main;
  const row = only(answer);
  const of = (name: unknown) => measure(answer, String(name));
  const start = of(spec.options?.start);
  const end = of(spec.options?.end);
  const first = valueOf(row, start);
  const last = valueOf(row, end);
  if (!answer || !start || !end || first === null || last === null) return <>{head()}<div className="mid">{words.t("state.empty")}</div>{foot()}</>;
  const less = ((spec.options?.less ?? []) as string[]).flatMap((name) => of(name) ?? []).map((each: Measure) => ({ name: words.metric(each.metric), value: valueOf(row, each) }));
  const steps = stepsOf(first, less, toNumber(payload.extra?.rest), last, { first: words.metric(start.metric), last: words.metric(end.metric), rest: words.t("waterfall.rest") });
  const low = Math.min(0, ...steps.map((step) => Math.min(step.from, step.to)));
  const span = Math.max(...steps.map((step) => Math.max(step.from, step.to)), 0) - low || 1;
  const unit = unitIn(row, start, answer);
  const scale = scaleFor(Math.max(Math.abs(first), Math.abs(last)), words.locale);
  const text = (value: number | null) => (value === null || !scale.suffix ? say(value, { ...unit, currency: null }, words.locale) : join({ text: digits(value / scale.divisor, Math.abs(value / scale.divisor) >= 100 ? 1 : 2), unit: scale.suffix }, words.locale));
  return (
    <>
      {head(`${say(0, unit, words.locale).replace(/[0.,]/g, "").trim()} · ${words.t("waterfall.of", { name: words.inside(words.metric(start.metric)) })}`)}
      <div className="ranks falls" role="table" aria-label={words.pick(spec.title)} style={{ gridTemplateColumns: "minmax(64px, max-content) minmax(60px, 1fr) max-content max-content", columnGap: 12 }}>
        {steps.map((step, index) => (
          <div className={`row ${step.kind}`} role="row" key={index}>
            <span className="el" role="rowheader" title={step.name}>{step.name}</span>
            <span className="fall" role="presentation">{step.value !== null && <i style={{ left: `${((Math.min(step.from, step.to) - low) / span) * 100}%`, width: `${Math.max(0.3, (Math.abs(step.to - step.from) / span) * 100)}%` }} />}</span>
            <span className="v" role="cell" title={step.value === null ? words.t("waterfall.unknown") : say(step.value, unit, words.locale, "exact")}>{text(step.value)}</span>
            <span className="s" role="cell">{step.value === null ? words.t("waterfall.unknown_short") : sayShare(shareOf(Math.abs(step.value), first))}</span>
          </div>
        ))}
      </div>
      {foot()}
    </>
  );
}
