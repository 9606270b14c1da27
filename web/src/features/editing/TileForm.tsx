import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Comparison, Query, TileKind, TileSpec } from "../../api/contracts";
import { useSettings } from "../../app/settings";
import { Icon } from "../../components/Icon";
import { pick } from "../../i18n";
import { useBoard, useWords } from "../boards/context";
import { COMPARISONS, RANGES } from "../boards/view";
import { isNamed } from "../semantics/named";
import { isGrain, questionFor, sizeOf, suggest } from "./draft";

const GRAINS = ["hour", "day", "week", "month", "quarter", "year", "weekday", "hour_of_day"] as const;

interface Props {
  spec: TileSpec;
  onChange: (change: Partial<TileSpec>, mark?: string) => void;
  onCopy: () => void;
  onClose: () => void;
}

/** What a tile shows: metrics, by what, compared with what, which chart, its name. Every change shows at once. */
export function TileForm({ spec, onChange, onCopy, onClose }: Props) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { catalog } = useBoard();
  const words = useWords();
  const id = useId();
  const [typed, setTyped] = useState("");
  const query = spec.queries.main ?? { metrics: [] };
  const by = query.by ?? [];
  const found = useMemo(() => (typed.trim() ? Object.values(catalog.metrics).filter((metric) => isNamed(metric, typed.trim().toLowerCase()) && !query.metrics.includes(metric.name)).slice(0, 7) : []), [typed, catalog, query.metrics]);
  const suggestions = suggest(query.metrics, by, catalog);
  const dimensions = Object.values(catalog.dimensions).map((each) => [each.name, pick(each.labels, language) || each.name] as const).sort((a, b) => a[1].localeCompare(b[1], language));

  /** A changed question: a chart that no longer suits it gives way to the best that does. */
  const ask = (next: Query) => {
    const suits = suggest(next.metrics, next.by ?? [], catalog);
    const kind = suits.some((each) => each.kind === spec.kind) ? spec.kind : (suits[0]?.kind ?? spec.kind);
    onChange({ kind, queries: { ...spec.queries, main: questionFor(kind, next) } });
  };
  const draw = (kind: TileKind) => {
    const [w, h] = sizeOf(kind);
    onChange({ kind, place: { ...spec.place, w: Math.min(12 - spec.place.x, Math.max(spec.place.w, Math.min(w, 4))), h: Math.max(spec.place.h, Math.min(h, 5)) }, queries: { ...spec.queries, main: questionFor(kind, query) } });
  };
  const others = Object.keys(spec.queries).filter((name) => name !== "main");
  return (
    <aside className="tile edit-form" aria-label={t("edit.form")}>
      <header className="bring-head"><h2>{t("edit.form")}</h2><span className="sp" /><button type="button" className="icb" aria-label={t("keys.close")} onClick={onClose}><Icon name="x" size={14} /></button></header>
      <label className="field"><span className="lbl">{t("edit.title")}</span><input className="input small" value={pick(spec.title, language)} maxLength={200} onChange={(event) => onChange({ title: { ...spec.title, [language]: event.target.value } }, `title ${spec.id}`)} data-tile-title /></label>
      {spec.kind === "text" ? (
        <label className="field"><span className="lbl">{t("edit.text")}</span><textarea className="input edit-text" rows={6} value={String(pick(spec.options?.text as Record<string, string>, language) ?? "")} onChange={(event) => onChange({ options: { ...spec.options, text: { ...(spec.options?.text as object), [language]: event.target.value } } }, `text ${spec.id}`)} /></label>
      ) : (
        <>
          <div className="field">
            <label className="lbl" htmlFor={`${id}m`}>{t("edit.metrics")}</label>
            <ul className="chips">{query.metrics.map((name) => <li key={name} className="pill">{words.metric(name)}<button type="button" aria-label={t("edit.drop", { name: words.metric(name) })} onClick={() => ask({ ...query, metrics: query.metrics.filter((each) => each !== name) })}><Icon name="x" size={12} /></button></li>)}</ul>
            <input id={`${id}m`} className="input small" value={typed} placeholder={t("edit.find_metric")} role="combobox" aria-expanded={found.length > 0} aria-controls={`${id}l`} autoComplete="off" onChange={(event) => setTyped(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter" && found[0] && !event.nativeEvent.isComposing) { event.preventDefault(); ask({ ...query, metrics: [...query.metrics, found[0].name] }); setTyped(""); } }} data-metric />
            <ul id={`${id}l`} role="listbox" className="found" aria-label={t("edit.metrics")} hidden={!found.length}>{found.map((metric) => <li key={metric.name} role="option" aria-selected="false" onClick={() => { ask({ ...query, metrics: [...query.metrics, metric.name] }); setTyped(""); }}><b>{pick(metric.labels, language)}</b><span className="sub">{pick(metric.formula, language)}</span></li>)}</ul>
          </div>
          <label className="field"><span className="lbl">{t("edit.by")}</span>
            <select className="input small" value={by[0] ?? ""} onChange={(event) => ask({ ...query, by: event.target.value ? (event.target.value === "weekday+hour_of_day" ? ["weekday", "hour_of_day"] : [event.target.value]) : [] })} data-by>
              <option value="">{t("edit.whole")}</option>
              <optgroup label={t("edit.over_time")}>{GRAINS.map((grain) => <option key={grain} value={grain}>{t(`grain.${grain}`)}</option>)}<option value="weekday+hour_of_day">{t("edit.rhythm")}</option></optgroup>
              <optgroup label={t("edit.parts")}>{dimensions.map(([name, label]) => <option key={name} value={name}>{label}</option>)}</optgroup>
            </select>
          </label>
          <label className="field"><span className="lbl">{t("edit.time")}</span>
            <select className="input small" value={query.time?.relative ?? ""} onChange={(event) => ask({ ...query, time: { relative: event.target.value, since: null, until: null } })}><option value="">{t("edit.board_s")}</option>{RANGES.map((relative) => <option key={relative} value={relative}>{words.rangeName({ relative })}</option>)}</select>
          </label>
          <label className="field"><span className="lbl">{t("edit.compare")}</span>
            <select className="input small" value={query.compare ?? ""} onChange={(event) => ask({ ...query, compare: (event.target.value || null) as Comparison | null })}><option value="">{t("edit.board_s")}</option>{COMPARISONS.filter((each) => each !== "none").map((each) => <option key={each} value={each}>{t(`compare.${each}`)}</option>)}</select>
          </label>
          {query.limit != null && !by.some(isGrain) && <label className="field"><span className="lbl">{t("edit.limit")}</span><input className="input small" type="number" min={1} max={200} value={query.limit} onChange={(event) => ask({ ...query, limit: Math.max(1, Number(event.target.value) || 1) })} /></label>}
          <fieldset className="edit-kinds"><legend className="lbl">{t("edit.chart")}</legend>
            {suggestions.map((each) => <label key={each.kind} className={each.kind === spec.kind ? "pill on" : "pill"}><input type="radio" name={`${id}k`} className="sr" checked={each.kind === spec.kind} onChange={() => draw(each.kind)} />{t(`edit.kind_${each.kind}`)}</label>)}
            {suggestions.some((each) => each.kind === spec.kind) && <p className="sub">{t(`edit.why_${suggestions.find((each) => each.kind === spec.kind)?.why ?? "single"}`)}</p>}
            {others.length > 0 && <p className="sub">{t("edit.richer")}</p>}
          </fieldset>
        </>
      )}
      <div className="bring-acts"><button type="button" className="btn small" onClick={onCopy}><Icon name="copy" size={14} />{t("edit.copy")}</button></div>
    </aside>
  );
}
