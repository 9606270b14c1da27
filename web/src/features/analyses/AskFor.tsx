import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { analyses, type Field, type Job, type Offer } from "../../api/analyses";
import type { Problem } from "../../api/problem";
import type { Scope } from "../../api/targets";
import { follow, go } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Icon } from "../../components/Icon";
import { useCatalog } from "../boards/BoardPage";
import { Refused } from "../people/Refused";
import { MetricField, ScopeField } from "../targets/TargetDialog";
import { useNames } from "../targets/names";

const CUTS = ["product", "category", "brand", "channel", "shop", "province", "city", "warehouse", "device", "source", "ad_platform"];

/** The few things that an analysis wants to know. */
export function AskFor({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const names = useNames(useCatalog());
  const [where, setWhere] = useState<Scope[]>([]);
  const [said, setSaid] = useState<Record<string, string>>(() => Object.fromEntries((offer.fields ?? []).map((field) => [field.name, field.default ?? ""])));
  const set = (name: string, value: string) => setSaid({ ...said, [name]: value });
  const run = useMutation<Job, Problem>({
    mutationFn: () => analyses.run({ command: offer.command, where: where.filter((each) => (each.values ?? []).length > 0), fields: said }),
    onSuccess: (job) => { void queries.invalidateQueries({ queryKey: ["analyses"] }); go(`/analyses/${job.id}`); },
  });
  const lacking = offer.lacking ?? [];
  return (
    <section className="tile page-tile an-ask" aria-label={t(`analyses.name_${offer.command}`)}>
      <p className="sub al-crumb"><a href="/analyses" onClick={follow}>{t("analyses.title")}</a> / {t(`analyses.group_${offer.group}`)}</p>
      <h2>{t(`analyses.name_${offer.command}`)}</h2>
      <p className="sub2">{t(`analyses.what_${offer.command}`)}</p>
      {lacking.length > 0 && (
        <p className="banner watch" role="note"><Icon name="warn" /><span className="sub2">{t("analyses.lacking", { what: lacking.map(names.metric).join(names.locale === "en" ? ", " : "、") })} {can(session, "data:write") && <a href="/data/how" onClick={follow}>{t("analyses.how_to_bring")}</a>}</span></p>
      )}
      <form className="form" onSubmit={(event) => { event.preventDefault(); run.mutate(); }}>
        {(offer.fields ?? []).map((field) => (field.kind === "metric" ? <MetricField key={field.name} value={said[field.name] ?? ""} onChange={(metric) => set(field.name, metric)} /> : <One key={field.name} field={field} value={said[field.name] ?? ""} onChange={(value) => set(field.name, value)} />))}
        <ScopeField where={where} metric={said.metric ?? "units"} onChange={setWhere} />
        <Refused problem={run.error} />
        <div className="actions"><a className="btn" href="/analyses" onClick={follow}>{t("people.cancel")}</a><button type="submit" className="btn pri" disabled={run.isPending || lacking.length > 0} data-run>{t("analyses.run")}</button></div>
      </form>
    </section>
  );
}

function One({ field, value, onChange }: { field: Field; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const label = t(`analyses.field_${field.name.replace("-", "_")}`);
  const cuts = CUTS.filter((name) => catalog.dimensions[name]);
  if (field.kind === "dimension") return <label className="field"><span className="lbl">{label}</span><select className="input" value={value} onChange={(event) => onChange(event.target.value)}>{!field.required && <option value="">{t("analyses.whole_only")}</option>}{cuts.map((name) => <option key={name} value={name}>{names.dimension(name)}</option>)}</select></label>;
  if (field.kind === "dimensions") {
    const chosen = value.split(",").filter(Boolean);
    return (
      <div className="field" role="group" aria-label={label}>
        <span className="lbl">{label}</span>
        <div className="tg-pills">{cuts.map((name) => { const on = chosen.includes(name); return <button key={name} type="button" className={on ? "pill on" : "pill"} aria-pressed={on} disabled={!on && chosen.length >= 4} onClick={() => onChange((on ? chosen.filter((each) => each !== name) : [...chosen, name]).join(","))}>{names.dimension(name)}</button>; })}</div>
      </div>
    );
  }
  if (field.kind === "choice") return <label className="field"><span className="lbl">{label}</span><select className="input" value={value} onChange={(event) => onChange(event.target.value)}>{(field.choices ?? []).map((each) => <option key={each} value={each}>{t(`analyses.choice_${each}`)}</option>)}</select></label>;
  const share = field.kind === "share";
  return <label className="field"><span className="lbl">{label}</span><input className="input" type="number" required={field.required} step={share ? 0.001 : 1} min={field.least ?? undefined} max={field.most ?? undefined} value={value} onChange={(event) => onChange(event.target.value)} data-field={field.name} /></label>;
}
