import type { Lacking, TileKind, TilePayload, TileSpec } from "../../api/contracts";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Icon, Shape } from "../../components/Icon";
import { longLabel } from "../../format/time";
import { Ghost } from "./Ghost";
import { useBoard, useWords } from "./context";

/** The outline of what will stand here; it appears after 300 ms, so that a quick answer does not flicker. */
export function Skeleton({ kind }: { kind: TileKind }) {
  const bar = (width: string, height: number, key?: number) => <i key={key} className="sk" style={{ width, height }} />;
  if (["bars", "table", "rows", "feed", "waterfall", "funnel", "cohort", "text"].includes(kind)) {
    return <div className="skeleton" aria-hidden="true">{[72, 56, 44, 30, 22].map((width, index) => bar(`${width}%`, 14, index))}</div>;
  }
  if (kind === "strip") return <div className="skeleton" aria-hidden="true">{bar("96px", 14)}{bar("140px", 26)}</div>;
  const tall = kind !== "number" && kind !== "rate";
  return <div className="skeleton" aria-hidden="true">{kind === "hero" || !tall ? bar("132px", 30) : null}<i className="sk grow" /></div>;
}

/** Empty, error, not enough, no permission: one sentence and one thing to do, in the tile's own size. */
export function Sorry({ payload, spec, onTable }: { payload: TilePayload; spec: TileSpec; onTable?: () => void }) {
  const { t, pick, begin, locale } = useWords();
  const { retry, change, view, board } = useBoard();
  const chosen = (view.where ?? []).filter((filter) => filter.dimension === board.subject);
  const told = payload.problem?.detail;
  const code = (payload.problem?.code ?? "").replaceAll(".", "_");
  // A sentence of our own for what may happen often; the server's where it has the reader's language.
  const values = (payload.problem?.values ?? {}) as Record<string, string>;
  const detail = t(`problem.${code as "warehouse_unavailable"}`, { ...values, as_of: values.as_of ? longLabel(values.as_of, locale) : "", defaultValue: typeof told === "string" ? (locale === "en" ? begin(told) : "") : pick(told) });
  if (payload.state === "empty") {
    const widened = view.time ?? board.time;
    const filtered = (view.where ?? []).length > chosen.length;
    const own = spec.queries.main?.time;
    const follows = spec.follow !== false && !(own && (own.relative || own.since));
    return (
      <div className="mid">
        <span>{detail || t("state.empty")}</span>
        {filtered ? (
          <button type="button" className="btn small" onClick={() => change({ ...view, where: chosen })}>{t("state.clear_filters")}</button>
        ) : follows && widened.relative !== "last 90d" && (
          <button type="button" className="btn small" onClick={() => change({ ...view, time: { relative: "last 90d" } })}>{t("state.look_90")}</button>
        )}
      </div>
    );
  }
  if (payload.state === "no_data") return <><NoData lacking={(payload.problem?.needs ?? []) as Lacking[][]} /><Ghost kind={spec.kind} /></>;
  if (payload.state === "not_enough") {
    return <div className="mid"><b>{t("state.not_enough")}</b><span>{detail || t("state.not_enough_why")}</span></div>;
  }
  if (payload.state === "no_permission") {
    return <div className="mid"><span className="sub"><Icon name="lock" size={18} /></span><span>{detail || t("state.no_permission")}</span></div>;
  }
  if (code === "warehouse_busy") return <div className="mid" role="status"><span className="say"><span className="t-info"><Shape level="info" /></span>{detail}</span></div>;
  return (
    <div className="mid">
      <span className="say"><span className="t-critical"><Shape level="critical" /></span>{detail || t("state.error")}</span>
      <button type="button" className="btn small" onClick={retry}>{t("state.retry")}</button>
      {onTable && <span className="sub">{t("state.error_kept")}</span>}
    </div>
  );
}

/** Nothing of this kind was ever imported: which tables it takes, from which exports, and where to read how. */
function NoData({ lacking }: { lacking: Lacking[][] }) {
  const { t, pick, inside, locale } = useWords();
  const { session } = useSession();
  const or = locale === "zh-CN" ? "或" : " or ";
  const tables = lacking.map((group) => group.map((each) => inside(pick(each.labels))).join(or)).join(locale === "zh-CN" ? "、" : ", ");
  const formats = [...new Map(lacking.flat().flatMap((each) => each.formats).map((format) => [format.name, pick(format.labels)])).values()].slice(0, 5);
  const how = formats.length ? t("state.no_data_formats", { formats: formats.join(locale === "zh-CN" ? "、" : ", ") }) : t("state.no_data_events");
  return (
    <div className="mid lacking">
      <span><span className="t-info"><Shape level="info" /></span> {t("state.no_data", { tables })}</span>
      <span className="sub" title={how}>{how}</span>
      <span className="does">{can(session, "data:write") && <a className="btn small" href="/data" onClick={follow}>{t("state.bring")}</a>}<a className="btn small quiet" href="/data/how" onClick={follow}>{t("state.how_to_import")}</a></span>
    </div>
  );
}
