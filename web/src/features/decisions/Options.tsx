import { useState, type FormEvent } from "react";
import type { Decision, Option } from "../../api/decisions";
import { Icon } from "../../components/Icon";
import { toNumber } from "../../format/number";
import { useDecisionWords } from "./words";

const EMPTY: Option = { id: "", title: "", effect: "", effect_lo: "", effect_hi: "", cost: "", confidence: "", source: "" };
const LEVELS = ["", "low", "middle", "high"] as const;

/** What can be done, with what each is expected to bring a day; the chosen one is marked. */
export function Options({ decision, chosen, onChoose, onChange }: { decision: Decision; chosen: string; onChoose: ((id: string) => void) | null; onChange: ((options: Option[]) => void) | null }) {
  const words = useDecisionWords();
  const { t } = words;
  const [draft, setDraft] = useState<Option | null>(null);
  const options = (decision.options ?? []) as Option[];
  const unit = words.unit(decision.goal?.metric ?? "");
  const told = (option: Option) => {
    const [effect, lo, hi] = [option.effect, option.effect_lo, option.effect_hi].map(toNumber);
    return [effect !== null && effect !== undefined ? words.signed(effect, unit) || "0" : "", lo !== null && lo !== undefined && hi !== null && hi !== undefined ? `${words.signed(lo, unit)} – ${words.signed(hi, unit)}` : ""];
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!draft) return;
    onChange?.([...options, { ...draft, id: `o${Date.now().toString(36)}` }]);
    setDraft(null);
  };
  const field = (name: "effect" | "effect_lo" | "effect_hi" | "cost") => <label className="field"><span className="lbl">{t(`decisions.option_${name}`)}</span><input className="input small" type="number" step="any" value={draft?.[name] ?? ""} onChange={(event) => setDraft((now) => now && { ...now, [name]: event.target.value })} data-option={name} /></label>;
  return (
    <section className="tile page-tile" id="options" aria-label={t("alerts.options")} data-part="options">
      <h2>{t("decisions.options")}</h2>
      <p className="sub">{t("decisions.options_lead")}</p>
      <ul className="dc-options" role={onChoose ? "radiogroup" : undefined} aria-label={t("decisions.options")}>
        {options.map((option) => {
          const [effect, range] = told(option);
          const on = option.id === chosen;
          const inside = <><b>{option.title}{on && <span className="dc-chosen"> ◆ {t("decisions.chosen")}</span>}</b><span className="n"><b>{effect}</b>{range && <span className="sub">{range}</span>}</span>{(option.cost || option.confidence) && <span className="sub dc-cost">{[option.cost ? t("decisions.costs", { cost: words.money(toNumber(option.cost)) }) : "", option.confidence ? t(`decisions.sure_${option.confidence}`) : ""].filter(Boolean).join(" · ")}</span>}</>;
          return (
            <li key={option.id} role={onChoose ? "none" : undefined} className={on ? "on" : ""}>
              {onChoose ? <button type="button" role="radio" aria-checked={on} onClick={() => onChoose(option.id)} data-choose={option.title}>{inside}</button> : <div>{inside}</div>}
              {onChange && <button type="button" className="icb" aria-label={t("edit.drop", { name: option.title })} onClick={() => onChange(options.filter((each) => each.id !== option.id))}><Icon name="x" size={12} /></button>}
            </li>
          );
        })}
      </ul>
      {onChange && !draft && <div className="actions left"><button type="button" className="btn" onClick={() => setDraft(EMPTY)} data-add-option><Icon name="plus" size={14} />{t("decisions.add_option")}</button></div>}
      {draft && (
        <form className="form dc-draft" onSubmit={add}>
          <label className="field"><span className="lbl">{t("decisions.option_title")}</span><input className="input small" value={draft.title} maxLength={200} required autoFocus onChange={(event) => setDraft({ ...draft, title: event.target.value })} data-option="title" /></label>
          <div className="dc-three">{field("effect")}{field("effect_lo")}{field("effect_hi")}</div>
          <div className="dc-two">{field("cost")}<label className="field"><span className="lbl">{t("decisions.option_confidence")}</span><select className="input small" value={draft.confidence} onChange={(event) => setDraft({ ...draft, confidence: event.target.value as Option["confidence"] })}>{LEVELS.map((each) => <option key={each} value={each}>{each ? t(`decisions.sure_${each}`) : ""}</option>)}</select></label></div>
          <div className="actions"><button type="button" className="btn" onClick={() => setDraft(null)}>{t("people.cancel")}</button><button type="submit" className="btn pri" data-keep-option>{t("decisions.add_option")}</button></div>
        </form>
      )}
    </section>
  );
}
