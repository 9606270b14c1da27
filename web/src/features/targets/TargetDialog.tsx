import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Answer } from "../../api/contracts";
import { peopleApi } from "../../api/people";
import type { Problem } from "../../api/problem";
import { targetsApi, type NewTarget, type Scope, type Shape, type Target } from "../../api/targets";
import { go } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { useCatalog } from "../boards/BoardPage";
import { keyOf } from "../boards/answers";
import { Refused } from "../people/Refused";
import { isNamed } from "../semantics/named";
import { daysOf, PERIODS } from "./periods";
import { useNames } from "./names";

function begun(target: Target | null): NewTarget {
  if (!target) {
    const [since, until] = daysOf("this_month", new Date());
    return { name: "", metric: "net_sales", since, until, value: "", where: [], shape: "last_year", curve: [], team: "" };
  }
  const { name, metric, since, until, value, shape, team } = target;
  return { name, metric, since, until, value, where: (target.where ?? []).map((each) => ({ ...each, values: each.values ?? [] })) as Scope[], shape: (shape ?? "last_year") as Shape, curve: (target.curve ?? []) as NewTarget["curve"], team: team ?? "" };
}

/** Set a target, or change one: what, of which part, when, how much, and how it is spread over the days. */
export function TargetDialog({ target, onClose }: { target: Target | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<NewTarget>(() => begun(target));
  const [lines, setLines] = useState(() => (target?.curve ?? []).map((each) => `${each.day},${each.value}`).join("\n"));
  const set = (change: Partial<NewTarget>) => setDraft((now) => ({ ...now, ...change }));
  const teams = useQuery({ queryKey: ["teams"], queryFn: peopleApi.teams, enabled: can(session, "people:read") });
  const keep = useMutation<string, Problem>({
    mutationFn: async () => {
      const given = draft.shape === "given";
      const curve = given ? ((await targetsApi.curve(lines)) as NewTarget["curve"]) : [];
      const whole: NewTarget = { ...draft, where: draft.where.filter((each) => each.values.length > 0 || each.op.startsWith("is_")), curve, value: given ? "" : draft.value };
      const kept = target ? await targetsApi.change(target.id, target.version ?? 1, { target: whole }) : await targetsApi.make(whole);
      return kept.target.id;
    },
    onSuccess: (id) => { void queries.invalidateQueries({ queryKey: ["targets"] }); void queries.invalidateQueries({ queryKey: ["target", id] }); onClose(); go(`/targets?target=${encodeURIComponent(id)}`); },
  });
  return (
    <Modal opened onClose={onClose} title={target ? t("targets.edit") : t("targets.new")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); keep.mutate(); }}>
        <label className="field"><span className="lbl">{t("targets.field_name")}</span><input className="input" value={draft.name} maxLength={120} required onChange={(event) => set({ name: event.target.value })} placeholder={t("targets.name_example")} data-autofocus data-name /></label>
        <MetricField value={draft.metric} onChange={(metric) => set({ metric })} />
        <ScopeField where={draft.where} metric={draft.metric} onChange={(where) => set({ where })} />
        <div className="field"><span className="lbl">{t("targets.field_period")}</span>
          <div className="tg-pills">{PERIODS.map((name) => { const [since, until] = daysOf(name, new Date()); return <button key={name} type="button" className={since === draft.since && until === draft.until ? "pill on" : "pill"} onClick={() => set({ since, until })}>{t(`targets.${name}`)}</button>; })}</div>
          <div className="tg-two"><input type="date" className="input small" value={draft.since} required aria-label={t("targets.field_since")} onChange={(event) => set({ since: event.target.value })} /><span>–</span><input type="date" className="input small" value={draft.until} min={draft.since} required aria-label={t("targets.field_until")} onChange={(event) => set({ until: event.target.value })} /></div>
        </div>
        <div className="field"><span className="lbl">{t("targets.field_shape")}</span><Segmented label={t("targets.field_shape")} value={draft.shape} onChange={(shape) => set({ shape })} options={(["last_year", "flat", "given"] as const).map((each) => [each, t(`targets.shape_${each}`)] as const)} /><span className="sub">{t(`targets.why_${draft.shape}`)}</span></div>
        {draft.shape === "given"
          ? <label className="field"><span className="lbl">{t("targets.curve")}</span><textarea className="input edit-text" rows={6} value={lines} required onChange={(event) => setLines(event.target.value)} placeholder={"2026-11-01,12000\n2026-11-02,15000"} data-curve /></label>
          : <label className="field"><span className="lbl">{t("targets.field_value")}</span><input className="input" value={draft.value} required inputMode="decimal" onChange={(event) => set({ value: event.target.value })} placeholder={t("targets.value_example")} data-value-field /></label>}
        {(teams.data?.length ?? 0) > 0 && <label className="field"><span className="lbl">{t("targets.field_team")}</span><select className="input" value={draft.team} onChange={(event) => set({ team: event.target.value })}><option value="">{t("targets.no_team")}</option>{(teams.data ?? []).map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}</select></label>}
        <Refused problem={keep.error} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={keep.isPending} data-save>{t("targets.save")}</button></div>
      </form>
    </Modal>
  );
}

export function MetricField({ value, onChange }: { value: string; onChange: (metric: string) => void }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const found = typed?.trim() ? Object.values(catalog.metrics).filter((metric) => isNamed(metric, typed.trim().toLowerCase())).sort((a, b) => Number(names.metric(b.name).toLowerCase() === typed.trim().toLowerCase()) - Number(names.metric(a.name).toLowerCase() === typed.trim().toLowerCase())).slice(0, 7) : [];
  const choose = (metric: string) => { onChange(metric); setTyped(null); };
  return (
    <div className="field">
      <label className="lbl" htmlFor={id}>{t("targets.field_metric")}</label>
      <input id={id} className="input" role="combobox" aria-expanded={found.length > 0} aria-controls={`${id}l`} autoComplete="off" value={typed ?? names.metric(value)} onChange={(event) => setTyped(event.target.value)} onBlur={() => setTimeout(() => setTyped(null), 150)} onKeyDown={(event) => { if (event.key === "Enter" && found[0] && !event.nativeEvent.isComposing) { event.preventDefault(); choose(found[0].name); } }} data-metric />
      <ul id={`${id}l`} role="listbox" className="found" aria-label={t("targets.field_metric")} hidden={!found.length}>{found.map((metric) => <li key={metric.name} role="option" aria-selected="false" onMouseDown={(event) => { event.preventDefault(); choose(metric.name); }}><b>{names.metric(metric.name)}</b></li>)}</ul>
    </div>
  );
}

const SCOPES = ["shop", "channel", "category", "product", "province"];

export function ScopeField({ where, metric, onChange }: { where: Scope[]; metric: string; onChange: (where: Scope[]) => void }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const free = SCOPES.filter((name) => catalog.dimensions[name] && !where.some((each) => each.dimension === name));
  const put = (index: number, values: string[]) => onChange(where.map((each, at) => (at === index ? { ...each, values } : each)));
  return (
    <div className="field" role="group" aria-label={t("targets.field_where")}>
      <span className="lbl">{t("targets.field_where")}</span>
      {where.map((each, index) => <Members key={each.dimension} scope={each} metric={metric} name={names.dimension(each.dimension)} onChange={(values) => put(index, values)} onDrop={() => onChange(where.filter((other) => other !== each))} />)}
      <div className="tg-pills">{where.length === 0 && <span className="sub">{t("targets.everything")}</span>}{free.map((name) => <button key={name} type="button" className="pill" onClick={() => onChange([...where, { dimension: name, op: "in", values: [] }])}><Icon name="plus" size={12} />{names.dimension(name)}</button>)}</div>
    </div>
  );
}

function Members({ scope, metric, name, onChange, onDrop }: { scope: Scope; metric: string; name: string; onChange: (values: string[]) => void; onDrop: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const asked = useQuery({ queryKey: ["members", scope.dimension, metric], queryFn: () => api.query({ metrics: [metric], by: [scope.dimension], limit: 500 } as Parameters<typeof api.query>[0]), staleTime: 60_000, retry: false });
  const known = useMemo(() => {
    const answer = asked.data as unknown as Answer | undefined;
    const key = keyOf(answer);
    return answer && key ? answer.rows.map((row) => String(row[key.name] ?? "")).filter(Boolean) : [];
  }, [asked.data]);
  const add = (value: string) => { const told = value.trim(); if (told && !scope.values.includes(told)) onChange([...scope.values, told]); setTyped(""); };
  return (
    <div className="tg-scope">
      <b>{name}</b>
      <ul className="chips">{scope.values.map((value) => <li key={value} className="pill">{value}<button type="button" aria-label={t("edit.drop", { name: value })} onClick={() => onChange(scope.values.filter((other) => other !== value))}><Icon name="x" size={12} /></button></li>)}</ul>
      <input className="input small" list={id} value={typed} aria-label={name} placeholder={t("targets.add_member")} onChange={(event) => { setTyped(event.target.value); if (known.includes(event.target.value)) add(event.target.value); }} onBlur={() => add(typed)} onKeyDown={(event) => { if (event.key === "Enter" && !event.nativeEvent.isComposing) { event.preventDefault(); add(typed); } }} />
      <datalist id={id}>{known.slice(0, 200).map((value) => <option key={value} value={value} />)}</datalist>
      <button type="button" className="icb" aria-label={t("edit.drop", { name })} onClick={onDrop}><Icon name="x" size={14} /></button>
    </div>
  );
}
