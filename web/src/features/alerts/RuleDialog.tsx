import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { alertsApi, type Preview, type Rule } from "../../api/alerts";
import type { Problem } from "../../api/problem";
import { targetsApi, type Scope } from "../../api/targets";
import { Chart } from "../../charts/Chart";
import { drawTrend } from "../../charts/trend";
import { Segmented } from "../../components/Segmented";
import { toNumber } from "../../format/number";
import { Refused } from "../people/Refused";
import "../targets/targets.css";
import { MetricField, ScopeField } from "../targets/TargetDialog";
import { unitOfAlert, useAlertWords } from "./words";

const KINDS = ["threshold", "change", "unusual", "silent", "off_pace"] as const;
const WINDOWS = ["today", "yesterday", "hour", "now"] as const;
const BASES = ["same_weekday", "yesterday", "last_year"] as const;
const EACH = ["product", "channel", "shop", "category", "province", "device"];
const BEGUN: Rule = { id: "", title: "", metric: "paid_amount", watch: { kind: "threshold", side: "below", limit: "", by: "0.3", base: "same_weekday", margin: "0", target: "" }, where: [], each: "", most: 50, window: "today", volume: "", least: "", lasting: 0, calm: 0, severity: "watch", receivers: [], enabled: true, version: 1 };

const isComplete = (rule: Rule) => (rule.watch.kind === "threshold" || rule.watch.kind === "silent" ? rule.watch.limit !== "" : rule.watch.kind === "off_pace" ? rule.watch.target !== "" : rule.watch.kind === "unusual" || rule.watch.by !== "");

/** Make a rule, or change one, seeing what it would have done. */
export function RuleDialog({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const words = useAlertWords();
  const { t, names } = words;
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Rule>(rule ?? BEGUN);
  const set = (change: Partial<Rule>) => setDraft((now) => ({ ...now, ...change }));
  const watch = (change: Partial<Rule["watch"]>) => setDraft((now) => {
    const next = { ...now.watch, ...change };
    const window = next.kind === "unusual" && now.window !== "hour" ? "yesterday" : next.kind === "change" && now.window === "now" ? "today" : now.window;
    return { ...now, watch: next, window, each: next.kind === "off_pace" || next.kind === "silent" ? "" : now.each };
  });
  const targets = useQuery({ queryKey: ["targets", "living"], queryFn: () => targetsApi.all(false), enabled: draft.watch.kind === "off_pace" });
  const whole: Rule = { ...draft, title: draft.title.trim() || `${names.metric(draft.metric)} ${words.condition(draft)}`.slice(0, 120), where: (draft.where ?? []).filter((each) => (each.values ?? []).length > 0) };
  const keep = useMutation<unknown, Problem>({
    mutationFn: () => (rule ? alertsApi.change(rule.id, rule.version ?? 1, { rule: whole }) : alertsApi.make(whole)),
    onSuccess: () => { for (const key of ["alert-rules", "alerts"]) void queries.invalidateQueries({ queryKey: [key] }); onClose(); },
  });
  const { kind } = draft.watch;
  const windows = WINDOWS.filter((each) => !(kind === "unusual" && (each === "today" || each === "now")) && !(kind === "change" && each === "now"));
  return (
    <Modal opened onClose={onClose} title={rule ? t("alerts.edit") : t("alerts.new")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); keep.mutate(); }}>
        <MetricField value={draft.metric} onChange={(metric) => set({ metric })} />
        <label className="field"><span className="lbl">{t("alerts.kind")}</span><select className="input" value={kind} onChange={(event) => watch({ kind: event.target.value as typeof kind })} data-kind>{KINDS.map((each) => <option key={each} value={each}>{t(`alerts.kind_${each}`)}</option>)}</select></label>
        {(kind === "threshold" || kind === "change" || kind === "unusual") && <div className="field"><span className="lbl">{t("alerts.side")}</span><Segmented label={t("alerts.side")} value={draft.watch.side ?? "below"} onChange={(side) => watch({ side })} options={[["below", t("alerts.side_below")], ["above", t("alerts.side_above")]]} /></div>}
        {kind === "change" && <label className="field"><span className="lbl">{t("alerts.base")}</span><select className="input" value={draft.watch.base} onChange={(event) => watch({ base: event.target.value as (typeof BASES)[number] })}>{BASES.map((each) => <option key={each} value={each}>{t(`alerts.base_${each}`)}</option>)}</select></label>}
        {(kind === "threshold" || kind === "silent") && <label className="field"><span className="lbl">{t(kind === "silent" ? "alerts.hours" : "alerts.limit")}</span><input className="input" value={draft.watch.limit} inputMode="decimal" required onChange={(event) => watch({ limit: event.target.value.trim() })} data-limit /></label>}
        {(kind === "change" || kind === "off_pace") && <Percent label={t("alerts.by_share")} value={draft.watch.by ?? ""} onChange={(by) => watch({ by })} />}
        {kind === "off_pace" && <label className="field"><span className="lbl">{t("alerts.target")}</span><select className="input" value={draft.watch.target} required onChange={(event) => { const chosen = targets.data?.targets.find((each) => each.target.id === event.target.value)?.target; watch({ target: event.target.value }); if (chosen) set({ metric: chosen.metric, where: chosen.where }); }}><option value="" />{(targets.data?.targets ?? []).map((each) => <option key={each.target.id} value={each.target.id}>{each.target.name}</option>)}</select></label>}
        {kind !== "off_pace" && kind !== "silent" && (
          <>
            <label className="field"><span className="lbl">{t("alerts.window")}</span><select className="input" value={draft.window} onChange={(event) => set({ window: event.target.value as Rule["window"] })}>{windows.map((each) => <option key={each} value={each}>{t(`alerts.window_${each}`)}</option>)}</select></label>
            <label className="field"><span className="lbl">{t("alerts.watched")}</span><select className="input" value={draft.each} onChange={(event) => set({ each: event.target.value })} data-each><option value="">{t("alerts.one_figure")}</option>{EACH.map((each) => <option key={each} value={each}>{t("alerts.each", { name: names.dimension(each), count: draft.most })}</option>)}</select></label>
          </>
        )}
        {kind !== "off_pace" && <ScopeField where={(draft.where ?? []) as Scope[]} metric={draft.metric} onChange={(where) => set({ where })} />}
        <label className="field"><span className="lbl">{t("alerts.lasting")}</span><select className="input" value={draft.lasting} onChange={(event) => set({ lasting: Number(event.target.value) })}>{[0, 5, 15, 30, 60, 180].map((minutes) => <option key={minutes} value={minutes}>{minutes ? t("alerts.minutes", { count: minutes }) : t("alerts.at_once")}</option>)}</select></label>
        <div className="field"><span className="lbl">{t("alerts.severity")}</span><Segmented label={t("alerts.severity")} value={draft.severity ?? "watch"} onChange={(severity) => set({ severity })} options={[["watch", t("alerts.severity_watch")], ["critical", t("alerts.severity_critical")]]} /></div>
        <label className="field"><span className="lbl">{t("alerts.name")}</span><input className="input" value={draft.title} maxLength={120} placeholder={whole.title} onChange={(event) => set({ title: event.target.value })} data-title /></label>
        <Before rule={whole} />
        <Refused problem={keep.error} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={keep.isPending || !isComplete(whole)} data-save>{t("alerts.save")}</button></div>
      </form>
    </Modal>
  );
}

function Percent({ label, value, onChange }: { label: string; value: string; onChange: (share: string) => void }) {
  const shown = value === "" ? "" : String(Math.round(Number(value) * 1000) / 10);
  return <label className="field"><span className="lbl">{label}</span><span className="tg-two"><input className="input small" type="number" min={0} max={1000} step="any" required value={shown} onChange={(event) => onChange(event.target.value === "" ? "" : String(Number(event.target.value) / 100))} data-share /><span>%</span></span></label>;
}

/** What the rule would have done in the last 90 days. */
function Before({ rule }: { rule: Rule }) {
  const words = useAlertWords();
  const { t, locale } = words;
  const [asked, setAsked] = useState<Rule | null>(null);
  const key = JSON.stringify({ ...rule, title: "" });
  useEffect(() => { const timer = setTimeout(() => setAsked(isComplete(rule) ? { ...rule, title: "·" } : null), 500); return () => clearTimeout(timer); }, [key]); // eslint-disable-line react-hooks/exhaustive-deps
  const told = useQuery<Preview, Problem>({ queryKey: ["alert-preview", asked && JSON.stringify(asked)], queryFn: () => alertsApi.preview(asked as Rule), enabled: asked !== null, retry: false, staleTime: 60_000 });
  const preview = told.data;
  const drawing = useMemo(() => {
    const unit = unitOfAlert(preview ?? {});
    const course = preview?.course ?? [];
    return drawTrend({ at: course.map((point) => point.reading.at), unit, points: false, area: false, unfinished: false, beforeName: "", series: [{ name: t("alerts.figure"), values: course.map((point) => toNumber(point.reading.value)) }, { name: t("alerts.held_against"), values: course.map((point) => toNumber(point.against)), rest: true }] }, locale);
  }, [preview, t, locale]);
  return (
    <section className="al-before" aria-label={t("alerts.before")} aria-live="polite">
      <b>{t("alerts.before")}</b>
      {!asked && <p className="sub">{t("alerts.before_empty")}</p>}
      {asked && told.isLoading && <p className="sub">{t("state.loading")}</p>}
      <Refused problem={told.error} />
      {preview && preview.days === 0 && <p className="sub">{t("alerts.before_unknown")}</p>}
      {preview && preview.days > 0 && (
        <>
          <p data-fired={preview.fired}>{preview.watched > 1 ? t("alerts.would_each", { count: preview.fired, days: preview.days, members: Object.keys(preview.members).length, watched: preview.watched }) : t("alerts.would", { count: preview.fired, days: preview.days })}</p>
          {preview.fired > preview.days / 4 && <p className="sub">{t("alerts.would_often")}</p>}
          {preview.course.length > 1 && <><p className="sub">{preview.name}</p><div className="al-chart"><Chart label={t("alerts.before")} draw={drawing} version={key + String(told.dataUpdatedAt)} /></div></>}
          {preview.times.length > 0 && <p className="sub">{t("alerts.would_when", { times: preview.times.slice(-5).map(words.moment).join(locale === "en" ? ", " : "、") })}</p>}
        </>
      )}
    </section>
  );
}
