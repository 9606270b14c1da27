import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { analyses, type Job, type Result } from "../../api/analyses";
import type { Problem } from "../../api/problem";
import { follow, go } from "../../app/location";
import { can, useSession } from "../../app/session";
import { axisUnit } from "../../charts/axes";
import { Chart } from "../../charts/Chart";
import { Icon, Status } from "../../components/Icon";
import { clock, dayName } from "../../format/time";
import { memberName } from "../../format/members";
import { unitOf } from "../../format/number";
import { useCatalog } from "../boards/BoardPage";
import { Message } from "../data/Message";
import { Refused } from "../people/Refused";
import { useNames } from "../targets/names";
import { isOver, LEVELS } from "./AnalysesPage";
import { drawSeries, seriesOf } from "./seriesChart";
import { TableOf } from "./TableOf";

/** An analysis: how far it is, or what came of it: in words, as a chart, as a table, and what can be done now. */
export function OneAnalysis({ number }: { number: string }) {
  const { t } = useTranslation();
  const names = useNames(useCatalog());
  const queries = useQueryClient();
  const asked = useQuery<Job, Problem>({ queryKey: ["analysis", number], queryFn: () => analyses.one(number), refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : 500) });
  const fresh = () => { void queries.invalidateQueries({ queryKey: ["analysis", number] }); void queries.invalidateQueries({ queryKey: ["analyses"] }); };
  const cancel = useMutation<unknown, Problem>({ mutationFn: () => analyses.cancel(number), onSettled: fresh });
  const again = useMutation<Job, Problem>({ mutationFn: () => analyses.run(asked.data?.wish as Parameters<typeof analyses.run>[0]), onSuccess: (job) => { fresh(); go(`/analyses/${job.id}`); } });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  const job = asked.data;
  const metric = job.wish.fields?.metric;
  return (
    <section className="tile page-tile an-one" aria-label={t(`analyses.name_${job.wish.command}`)} data-state={job.state}>
      <p className="sub al-crumb"><a href="/analyses" onClick={follow}>{t("analyses.title")}</a> / {t(`analyses.name_${job.wish.command}`)}</p>
      <header className="an-head">
        <h2>{[metric ? names.metric(metric) : t(`analyses.name_${job.wish.command}`), names.scope(job.wish.where)].filter(Boolean).join(" · ")}</h2>
        <Status level={job.verdict === "not_enough_data" ? "watch" : LEVELS[job.state]}>{job.verdict === "not_enough_data" ? t("analyses.too_little") : t(`analyses.state_${job.state}`)}</Status>
        <span className="sp" />
        {isOver(job) ? <button type="button" className="btn small" disabled={again.isPending} onClick={() => again.mutate()}>{t("analyses.again")}</button> : <button type="button" className="btn small" disabled={cancel.isPending} onClick={() => cancel.mutate()}>{t("analyses.stop")}</button>}
      </header>
      <Refused problem={cancel.error ?? again.error} />
      {!isOver(job) && <div className="skeleton" role="status"><span className="sub2">{t(`analyses.doing_${job.state}`, { count: job.asked })}</span><i className="sk" style={{ width: "70%", height: 16 }} /><i className="sk" style={{ width: "50%", height: 16 }} /></div>}
      {job.refused && <p className="refused" role="alert">{job.refused.message}</p>}
      {job.state === "interrupted" && <p className="sub2">{t("analyses.interrupted")}</p>}
      {job.state === "done" && <Answer job={job} />}
    </section>
  );
}

function Answer({ job }: { job: Job }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const { session } = useSession();
  const zone = session?.workspace.zone ?? "";
  const asked = useQuery<Result, Problem>({ queryKey: ["analysis-result", job.id], queryFn: () => analyses.result(job.id), staleTime: Infinity });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  const result = asked.data;
  const unit = unitOf({ unit: result.unit ?? "", currency: result.currency ?? null });
  const cut = cutsOf(result, (job.wish.fields?.dims ?? "").split(","));
  const cuts = Object.fromEntries(cut.flatMap(([name, code]) => [[name, names.dimension(name)], [code, result.names?.[code] ?? memberName(name, code, names.locale, catalog.dimensions[name]?.members)]]));
  const words = named(result.words[names.locale === "en" ? "en" : "zh"] ?? "", { ...result.names, ...cuts, _total: t("analyses.total"), ...(result.metric ? { [result.metric]: names.metric(result.metric) } : {}) });
  const series = seriesOf(job.wish.command, result);
  const asOf = result.as_of ? new Date(result.as_of) : null;
  return (
    <>
      <p className="an-words" data-words>{words}</p>
      {series && <p className="sub">{names.metric(result.metric ?? "")} {axisUnit(Math.max(...[...series.mid, ...series.hi].map((value) => Math.abs(value ?? 0))), unit, names.locale)}</p>}
      {series && <div className="an-chart"><Chart label={words} version={`${job.id}${names.locale}`} draw={drawSeries(series, unit, names.locale, { expected: t("analyses.col_expected"), forecast: t("analyses.col_forecast") })} /></div>}
      {result.status === "ok" && <TableOf command={job.wish.command} result={result} unit={unit} dims={(job.wish.fields?.dims ?? "").split(",")} by={job.wish.fields?.by ?? ""} />}
      <h3>{t("analyses.now")}</h3>
      <div className="an-acts">
        {can(session, "decisions:edit") && <a className="btn pri" href={`/decisions?new=1&analysis=${job.id}`} onClick={follow}><Icon name="decision" size={14} />{t("analyses.decide")}</a>}
        {result.metric && <a className="btn" href={`/explore?metric=${result.metric}`} onClick={follow}>{t("analyses.explore")}</a>}
        <a className="btn" href={analyses.table(job.id)} download><Icon name="download" size={14} />{t("analyses.table")}</a>
      </div>
      <p className="sub">{t("analyses.made_of", { count: result.fed ?? 0, quality: result.quality ?? 100 })}{asOf ? ` · ${t("analyses.as_of", { at: `${dayName(asOf, zone, names.locale)} ${clock(asOf, zone)}` })}` : ""}</p>
    </>
  );
}

/** The dimensions and members that the rows of a diagnosis name. */
function cutsOf(result: Result, dims: string[]): [string, string][] {
  const place = result.columns.indexOf("where");
  if (place < 0) return [];
  return result.table.flatMap((row) => String(row[place] ?? "").split(/[;&] ?/).map((part) => { const [name = "", ...rest] = part.trim().split("="); return [name, rest.join("=")] as [string, string]; })).filter(([name, code]) => dims.includes(name) && code !== "");
}

/** Words with members by their names; a code is replaced where it stands by itself. */
export function named(text: string, names: Record<string, string>): string {
  const codes = Object.keys(names).sort((a, b) => b.length - a.length);
  if (!codes.length) return text;
  const pattern = new RegExp(`(?<![\\w-])(${codes.map((code) => code.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![\\w-])`, "g");
  return text.replace(pattern, (code) => names[code] ?? code);
}
