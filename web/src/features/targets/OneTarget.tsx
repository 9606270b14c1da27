import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { targetsApi, type OpenedTarget, type Progress, type Target } from "../../api/targets";
import { go } from "../../app/location";
import { useAppearance } from "../../app/settings";
import { Chart } from "../../charts/Chart";
import { axisUnit } from "../../charts/axes";
import { drawTrend } from "../../charts/trend";
import { Icon } from "../../components/Icon";
import { say, toNumber } from "../../format/number";
import { useCatalog } from "../boards/BoardPage";
import { Refused } from "../people/Refused";
import { Standing } from "./Standing";
import { running } from "./running";
import { unitFor, useNames } from "./names";

/** A target day by day, with the history of its changes. */
export function OneTarget({ id, onEdit }: { id: string; onEdit: ((target: Target) => void) | null }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery<OpenedTarget, Problem>({ queryKey: ["target", id], queryFn: () => targetsApi.open(id), refetchInterval: 15_000, refetchOnMount: "always" });
  const names = useNames(useCatalog());
  const put = useMutation<unknown, Problem, boolean>({
    mutationFn: (archived) => targetsApi.change(id, asked.data?.progress.target.version ?? 1, { archived }),
    onSettled: () => { void queries.invalidateQueries({ queryKey: ["targets"] }); void queries.invalidateQueries({ queryKey: ["target", id] }); },
  });
  const opened = asked.data;
  if (!opened) return asked.error ? <Refused problem={asked.error} /> : <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>;
  const { progress } = opened;
  const { target } = progress;
  return (
    <section className="tile page-tile tg-one" aria-label={target.name} data-opened={id}>
      <header className="bring-head">
        <h2>{target.name}</h2><span className="sp" />
        {onEdit && !opened.archived && <button type="button" className="btn" onClick={() => onEdit(target)} data-edit><Icon name="pencil" size={14} />{t("targets.edit")}</button>}
        {onEdit && <button type="button" className="btn" disabled={put.isPending} onClick={() => put.mutate(!opened.archived)}>{opened.archived ? t("targets.restore") : t("targets.to_archive")}</button>}
        <button type="button" className="icb" aria-label={t("keys.close")} onClick={() => go("/targets")}><Icon name="x" size={14} /></button>
      </header>
      <p className="sub">{[names.metric(target.metric), names.scope(target.where), names.period(target), opened.teams[target.team ?? ""]].filter(Boolean).join(" · ")}</p>
      <Refused problem={put.error} />
      <Standing progress={progress} />
      {progress.lacking && <p className="sub2">{t(`targets.${progress.lacking as "no_history"}`)}</p>}
      {(progress.days?.length ?? 0) > 1 && <Days progress={progress} />}
      <History opened={opened} />
    </section>
  );
}

function Days({ progress }: { progress: Progress }) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const unit = unitFor(progress);
  const days = useMemo(() => progress.days ?? [], [progress.days]);
  const drawing = useMemo(() => {
    const level = progress.used === "level";
    const series = [{ name: t("targets.came"), values: running(days.map((day) => toNumber(day.actual)), !level) }, { name: t("targets.plan"), values: running(days.map((day) => toNumber(day.planned)), !level), rest: true }];
    return drawTrend({ at: days.map((day) => day.day), series, unit, points: false, area: false, unfinished: false, beforeName: "" }, locale);
  }, [days, progress.used, unit, locale, t]);
  const hasEarlier = days.some((day) => day.earlier !== null);
  return (
    <>
      <p className="sub">{progress.used === "level" ? "" : t("targets.added_up")} {axisUnit(toNumber(progress.target.value) ?? 1, unit, locale)}</p>
      <div className="tg-chart"><Chart label={t("targets.chart", { name: progress.target.name })} draw={drawing} version={`${progress.actual ?? ""}${progress.target.version ?? 1}`} /></div>
      <details>
        <summary>{t("targets.by_day")}</summary>
        <div className="scroll tg-days"><table className="tbl"><thead><tr><th>{t("targets.day")}</th><th className="n">{t("targets.planned")}</th><th className="n">{t("targets.came")}</th>{hasEarlier && <th className="n">{t("targets.earlier")}</th>}{hasEarlier && <th>{t("targets.earlier_day")}</th>}</tr></thead>
          <tbody>{days.map((day) => <tr key={day.day}><th scope="row">{day.day}</th><td className="n">{say(toNumber(day.planned), unit, locale)}</td><td className="n">{say(toNumber(day.actual), unit, locale)}</td>{hasEarlier && <td className="n">{say(toNumber(day.earlier), unit, locale)}</td>}{hasEarlier && <td>{day.earlier_day}</td>}</tr>)}</tbody></table></div>
      </details>
    </>
  );
}

function History({ opened }: { opened: OpenedTarget }) {
  const { t } = useTranslation();
  const names = useNames(useCatalog());
  const { locale } = useAppearance();
  const unit = unitFor(opened.progress);
  const told = (field: string, value: unknown): string => {
    if (field === "value") return say(toNumber(value), unit, locale);
    if (field === "where") return names.scope(value as Target["where"]) || t("targets.everything");
    if (field === "metric") return names.metric(String(value));
    if (field === "shape") return t(`targets.shape_${value as "flat"}`);
    if (field === "team") return opened.teams[String(value)] ?? t("targets.no_team");
    return field === "curve" ? "…" : String(value ?? "");
  };
  return (
    <details className="tg-history">
      <summary>{t("targets.history")}</summary>
      <ul>{opened.history.map((change) => (
        <li key={change.version}>
          <span className="sub">{new Date(change.at).toLocaleString(locale)} · {opened.people[change.by] ?? "—"} · {t(`targets.did_${change.kind as "made"}`)}</span>
          {change.kind === "edited" && Object.keys(change.after).map((field) => <span key={field} className="sub2">{t(`targets.field_${field as "name"}`)}{locale === "en" ? ": " : "："}{told(field, change.before[field])} → {told(field, change.after[field])}</span>)}
        </li>
      ))}</ul>
    </details>
  );
}
