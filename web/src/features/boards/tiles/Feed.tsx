import type { TilePayload } from "../../../api/contracts";
import { Shape, type Level } from "../../../components/Icon";
import { countedIn, digits, say, toNumber } from "../../../format/number";
import { axisLabel, clock, longLabel } from "../../../format/time";
import { Chart } from "../../../charts/Chart";
import { drawColumns } from "../../../charts/columns";
import { keyOf, measure, num, only, unitIn, valueOf } from "../answers";
import { timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Value } from "../../../components/Value";
import { Change } from "./Change";

interface Item {
  at: string;
  level: Level;
  code: string;
  values: Record<string, string>;
  text: Record<string, string> | string | null;
}

function itemsOf(payload: TilePayload): Item[] {
  const told = payload.extra?.items;
  return (Array.isArray(told) ? told : []).map((item: Record<string, unknown>) => ({
    at: String(item.at ?? ""), level: (["ok", "watch", "critical", "info"].includes(String(item.level)) ? item.level : "info") as Level,
    code: String(item.code ?? ""), values: (item.values ?? {}) as Record<string, string>, text: (item.text ?? null) as Item["text"],
  }));
}

/** How many a minute, with a small column for each of the last stretches. */
function Pulse({ spec, payload, small }: { spec: TileParts["spec"]; payload: TilePayload; small: boolean }) {
  const words = useWords();
  const told = payload.extra?.rate as { per_minute?: unknown; bars?: unknown[] } | undefined;
  const { main, curve } = payload.answers;
  const of = measure(main);
  const row = only(main);
  const perMinute = toNumber(told?.per_minute);
  const ofCurve = measure(curve, of?.metric);
  const key = keyOf(curve);
  const bars = told?.bars?.map(toNumber) ?? (curve && ofCurve && key ? curve.rows.map((each) => num(each, ofCurve.column)) : []);
  const top = Math.max(...bars.map((bar) => bar ?? 0), 0) || 1;
  const wide = 150 / Math.max(1, bars.length);
  if (perMinute === null && !of) return null;
  return (
    <div className="rate-top">
      {perMinute !== null
        ? <span className="val" data-value={perMinute}>{digits(perMinute, perMinute < 100 ? 1 : 0)}<small>{words.t("rate.per_minute", { what: countedIn(main?.columns.find((column) => column.name === of?.column)?.unit, words.locale) || (of ? words.metric(of.metric) : "") })}</small></span>
        : of && <span><Value value={valueOf(row, of)} unit={unitIn(row, of, main)} /><Change spec={spec} answer={main} row={row} of={of} short /></span>}
      {small && bars.length > 1 && (
        <svg className="pulse" viewBox="0 0 150 38" preserveAspectRatio="none" role="img" aria-label={words.t("rate.bars", { count: bars.length, value: say(bars.at(-1) ?? null, { kind: "number", currency: null, word: "" }, words.locale) })}>
          {bars.map((bar, index) => {
            const height = Math.max(1, ((bar ?? 0) / top) * 36);
            return <rect key={index} x={index * wide} y={38 - height} width={Math.max(1, wide * 0.72)} height={height} rx="1" fill={index === bars.length - 1 ? "var(--c1)" : "var(--s3)"} />;
          })}
        </svg>
      )}
    </div>
  );
}

/** The last stretches of time as columns, where no lines need the place. */
function Stretches({ spec, now, payload }: Pick<TileParts, "spec" | "now" | "payload">) {
  const words = useWords();
  const { curve } = payload.answers;
  const of = measure(curve);
  const key = keyOf(curve);
  if (!curve || !of || !key) return null;
  const names = curve.rows.map((row) => axisLabel(row[key.name], words.locale));
  const columns = {
    names, longNames: curve.rows.map((row) => longLabel(row[key.name], words.locale)), values: curve.rows.map((row) => num(row, of.column)), unit: of.unit, points: of.points,
    open: curve.period?.complete === false ? names.length - 1 : -1, measure: words.metric(of.metric), beforeName: "",
  };
  return (
    <>
      <p className="sub">{words.t(`rate.by_${key.name as "hour"}`, { metric: words.metric(of.metric), defaultValue: words.metric(of.metric) })}</p>
      <Chart label={words.t("chart.summary", { title: words.pick(spec.title), count: names.length, value: say(columns.values.at(-1) ?? null, of.unit, words.locale) })} draw={drawColumns(columns, words.locale)} version={now.version} />
    </>
  );
}

function Lines({ payload, zone }: { payload: TilePayload; zone: string }) {
  const words = useWords();
  const items = itemsOf(payload);
  if (!items.length) return null;
  return (
    <ol className="feed">
      {items.map((item) => (
        <li key={`${item.at}${item.code}`}>
          <time dateTime={item.at}>{item.at ? clock(new Date(item.at), zone) : ""}</time>
          <span className={`t-${item.level}`}><Shape level={item.level} /></span>
          <span>{item.text ? words.pick(item.text) : words.t(`feed.${item.code as "unknown"}`, { ...item.values, defaultValue: item.code })}</span>
        </li>
      ))}
    </ol>
  );
}

export function Feed({ spec, now, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const zone = payload.answers.main?.period?.zone ?? "";
  const own = spec.queries.main?.time;
  const items = itemsOf(payload).length > 0;
  return (
    <>
      {head("", own?.relative ? <span>{words.rangeName(timeOfTile(spec, board))}</span> : null)}
      <Pulse spec={spec} payload={payload} small={items} />
      {items ? <Lines payload={payload} zone={zone} /> : <Stretches spec={spec} now={now} payload={payload} />}
      {foot()}
    </>
  );
}

export const Rate = Feed;
