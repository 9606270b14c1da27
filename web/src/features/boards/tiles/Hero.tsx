import { useMemo, useState } from "react";
import type { Answer, TilePayload, TileSpec } from "../../../api/contracts";
import { Chart } from "../../../charts/Chart";
import { drawDay, runningTotal, type DayCurve, type Point } from "../../../charts/daycurve";
import { drawColumns } from "../../../charts/columns";
import { axisUnit, ticks } from "../../../charts/axes";
import { Segmented } from "../../../components/Segmented";
import { Value } from "../../../components/Value";
import { digits, say, sayChance, sayInterval, sayOdds, sayRounded, toNumber, type Unit } from "../../../format/number";
import { clock, readLabel } from "../../../format/time";
import { keyOf, measure, num, only, unitIn, valueOf, type Measure } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Ago, Fresh } from "../Fresh";
import { Change } from "./Change";
import { TargetLine } from "./TargetLine";

interface Pace {
  forecast: number;
  low: number;
  high: number;
  level: number;
  share: number | null;
  target: number | null;
  chance: number | null;
  curve: { at: number; value: number; low: number; high: number }[];
}

const minuteOf = (cell: unknown): number | null => {
  const label = readLabel(cell);
  return label ? label.hour * 60 + label.minute : null;
};

/** Running totals of the forecast stand at the end of the slot that their label begins. */
export function readPace(payload: TilePayload): Pace | null {
  const told = payload.extra?.pace as Record<string, unknown> | undefined | null;
  const forecast = toNumber(told?.forecast);
  if (!told || forecast === null) return null;
  const curve = (Array.isArray(told.curve) ? told.curve : []).flatMap((point: Record<string, unknown>) => {
    const start = minuteOf(point.time);
    const minute = point.minute !== undefined ? Number(point.minute) : start === null ? null : start + stepOf(payload);
    const value = toNumber(point.value);
    if (minute === null || value === null) return [];
    return [{ at: minute, value, low: toNumber(point.low) ?? value, high: toNumber(point.high) ?? value }];
  });
  return {
    forecast, low: toNumber(told.low) ?? forecast, high: toNumber(told.high) ?? forecast, level: toNumber(told.level) ?? 0.8,
    share: toNumber(told.share), target: toNumber(told.target) ?? toNumber((payload.extra?.target as Record<string, unknown> | undefined)?.value), chance: toNumber(told.chance), curve,
  };
}

/** Minutes of one slot of the day's curve. */
function stepOf(payload: TilePayload): number {
  const key = keyOf(payload.answers.before ?? payload.answers.curve);
  return key?.name === "quarter_hour" ? 15 : 60;
}

function slots(answer: Answer | undefined, column: string): Point[] {
  const key = keyOf(answer);
  if (!answer || !key || !column) return [];
  return answer.rows.flatMap((row) => {
    const minute = minuteOf(row[key.name]);
    const value = num(row, column);
    return minute === null || value === null ? [] : [[minute, value] as Point];
  });
}

function minutesNow(at: number, zone: string): number {
  const [hour = 0, minute = 0] = clock(new Date(at), zone).split(":").map(Number);
  return hour * 60 + minute;
}

/** The curve's parts from the answers; what is expected rests on the server's forecast. */
export function dayCurve(payload: TilePayload, pace: Pace | null, at: number): DayCurve | null {
  const { curve, before } = payload.answers;
  const of = measure(curve);
  if (!curve || !of) return null;
  const today = slots(curve, of.column);
  const earlier = measure(before);
  const yesterday = before && earlier ? slots(before, earlier.column) : slots(curve, of.before);
  const step = stepOf(payload);
  const now = Math.max(1, minutesNow(at, curve.period?.zone ?? ""));
  const total = runningTotal(today, step, now);
  const last = total.at(-1);
  if (last && last[0] < now && total.length > 1) total.push([now, last[1]]);
  const expected = pace?.curve.length && last ? [{ at: now, value: last[1], low: last[1], high: last[1] }, ...pace.curve.filter((point) => point.at > now)] : [];
  return { today: total, before: yesterday.some((point) => point[1] !== 0) ? runningTotal(yesterday, step) : [], expected, target: pace?.target ?? null, now };
}

function Bullet({ value, pace }: { value: number; pace: Pace }) {
  const top = Math.max(pace.high, pace.target ?? 0, value) * 1.03;
  const part = (amount: number) => `${Math.max(0, Math.min(100, (amount / top) * 100))}%`;
  return (
    <div className="bullet" aria-hidden="true">
      <i className="done" style={{ width: part(value) }} />
      <i className="to-come" style={{ left: part(value), width: part(Math.max(0, pace.forecast - value)) }} />
      {pace.target !== null && <i className="mark" style={{ left: `calc(${part(pace.target)} - 1px)` }} />}
    </div>
  );
}

function Forecast({ value, pace, unit, phone, before }: { value: number; pace: Pace; unit: Unit; phone: boolean; before: { name: string; value: number } | null }) {
  const { t, locale } = useWords();
  const { wall } = useBoard();
  const width = pace.high - pace.low;
  const odds = sayOdds(pace.level, locale);
  const range = t("pace.range", { range: sayInterval(pace.low, pace.high, unit, locale), odds });
  const goal = pace.target ?? pace.forecast;
  const done = pace.target !== null
    ? t("pace.of_target", { share: digits((value / goal) * 100, 1) })
    : t("pace.of_forecast", { share: digits((value / goal) * 100, 1) });
  if (phone) {
    return (
      <p className="sub2 pace-line">
        {t("pace.full_day")} <b>{sayRounded(pace.forecast, width, unit, locale)}</b>{t("pace.in_brackets", { text: sayInterval(pace.low, pace.high, unit, locale) })}
        {pace.target !== null && pace.chance !== null ? <><br />{t("pace.target")} {sayRounded(pace.target, width, unit, locale)}{t("pace.comma")}{sayChance(pace.chance, locale)}</> : null}
      </p>
    );
  }
  return (
    <>
      <Bullet value={value} pace={pace} />
      <div className="sub spread"><span>{done}</span>{!wall && <span>{pace.target === null ? "" : sayRounded(pace.target, width, unit, locale)}</span>}</div>
      <dl className="kv">
        <div className={wall ? undefined : "contents"}><dt>{t("pace.full_day")}</dt><dd>{sayRounded(pace.forecast, width, unit, locale)}<small>{range}</small></dd></div>
        {pace.target !== null && <div className={wall ? undefined : "contents"}><dt>{t("pace.target")}</dt><dd>{sayRounded(pace.target, width, unit, locale)}</dd></div>}
        {pace.chance !== null && <div className={wall ? undefined : "contents"}><dt>{t("pace.chance")}</dt><dd>{sayChance(pace.chance, locale, wall)}</dd></div>}
        {before && <div className={wall ? undefined : "contents"}><dt>{t("pace.before_day", { day: before.name })}</dt><dd>{say(before.value, unit, locale, "short")}</dd></div>}
      </dl>
    </>
  );
}

/** Amounts by whole hour, for the second look at the day. */
function hours(curve: Answer | undefined, of: Measure | null, before: Point[]): { names: string[]; values: (number | null)[]; before: number[] } {
  const names: string[] = [];
  const values: (number | null)[] = [];
  const earlier: number[] = [];
  const today = slots(curve, of?.column ?? "");
  const lastHour = Math.max(0, ...today.map((point) => Math.floor(point[0] / 60)));
  for (let hour = 0; hour < 24; hour++) {
    const inside = (points: Point[]) => points.filter((point) => Math.floor(point[0] / 60) === hour).reduce((sum, point) => sum + point[1], 0);
    names.push(String(hour).padStart(2, "0"));
    values.push(hour > lastHour ? null : inside(today));
    earlier.push(inside(before));
  }
  return { names, values, before: earlier };
}

/** Up to when the figures are: to the moment they came, however old the newest event is. */
function useNote(spec: TileSpec, main: Answer | undefined, received: number): string {
  const words = useWords();
  const board = useBoard();
  const time = timeOfTile(spec, board);
  if (time.relative !== "today") return words.rangeName(time);
  if (board.wall) return words.t("range.today_now");
  return words.t("range.today_to", { time: clock(new Date(received), main?.period?.zone ?? "") });
}

export function Hero({ spec, now, payload, head, end, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const [shape, setShape] = useState<"total" | "hourly">("total");
  const { main, curve, before } = payload.answers;
  const of = measure(main);
  const row = only(main);
  const missing = payload.extra?.pace_missing as { reason?: string; days?: number } | undefined;
  const note = useNote(spec, main, now.received);
  const pace = useMemo(() => readPace(payload), [payload]);
  const day = useMemo(() => dayCurve(payload, pace, now.received), [payload, pace, now.received]);
  if (!of) return <>{head(note)}{foot()}</>;
  const unit = unitIn(row, of, main);
  const value = valueOf(row, of);
  const compareName = words.compareName(compareOfTile(spec, board, "curve") === "none" ? "yesterday" : compareOfTile(spec, board, "curve"), { relative: "yesterday" });
  const wholeBefore = pace?.target === null ? day?.before.at(-1)?.[1] : undefined;
  const earlierDay = wholeBefore ? { name: words.begin(compareName), value: wholeBefore } : null;
  const left = (
    <div className="left">
      {board.phone ? head(note, <span className="fresh live sub"><i /><Ago tile={now} /></span>) : head(note, null, day !== null)}
      <Value value={value} unit={unit} style="full" className="key" />
      <Change spec={spec} answer={main} row={row} of={{ ...of, unit }} withValue={!board.phone} />
      {pace && value !== null && !board.phone && <Forecast value={value} pace={pace} unit={unit} phone={false} before={earlierDay} />}
      {!pace && <TargetLine payload={payload} unit={unit} />}
      {!pace && missing && <p className="sub pace-missing">{missing.reason === "early" ? words.t("pace.early") : words.t("pace.few_days", { count: missing.days ?? 1 })}</p>}
      {!board.phone && foot()}
    </div>
  );
  const ofCurve = measure(curve);
  const earlier = measure(before);
  const drawing = () => {
    if (!day) return drawColumns({ names: [], longNames: [], values: [], unit, points: false, open: -1, measure: "", beforeName: "" }, words.locale);
    const short = { today: words.t("range.today"), before: words.begin(compareName), expected: words.t("pace.expected"), range: "" };
    if (shape === "total") return drawDay(day, unit, words.locale, { ...short, target: pace?.target ? words.t("pace.target_line", { value: sayRounded(pace.target, pace.high - pace.low, { ...unit, kind: "number" }, words.locale) }) : "" }, board.phone);
    const byHour = hours(curve, ofCurve, before && earlier ? slots(before, earlier.column) : slots(curve, ofCurve?.before ?? ""));
    return drawColumns({ names: byHour.names, longNames: byHour.names.map((name) => `${name}:00`), values: byHour.values, before: byHour.before, unit, points: false, open: Math.floor(day.now / 60), measure: short.today, beforeName: short.before }, words.locale);
  };
  const top = day ? Math.max(1, pace?.high ?? 0, ...day.before.map((p) => p[1]), ...day.today.map((p) => p[1])) : 1;
  const right = day && (
    <div className="right">
      {!board.phone && (
        <div className="th">
          <span className="el">{shape === "total" ? words.t("hero.running", { metric: words.metric(of.metric) }) : words.t("hero.hourly", { metric: words.metric(of.metric) })}</span>
          <span className="u">{axisUnit(ticks(0, top, true).max, unit, words.locale)}</span>
          {board.wall
            ? <span className="r wall-fresh"><Fresh tile={now} zone={main?.period?.zone ?? ""} /></span>
            : end(<Segmented label={words.t("hero.shape")} value={shape} onChange={setShape} options={[["total", words.t("hero.total")], ["hourly", words.t("hero.by_hour")]]} />)}
        </div>
      )}
      <Chart label={words.t("hero.summary", { metric: words.metric(of.metric), value: say(value, unit, words.locale) })} draw={drawing()} version={`${now.version}${shape}${board.wall}`} />
    </div>
  );
  return (
    <div className="hero">
      {left}
      {right}
      {board.phone && pace && value !== null && <Forecast value={value} pace={pace} unit={unit} phone before={null} />}
      {board.phone && foot()}
    </div>
  );
}
