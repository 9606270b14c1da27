import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rules } from "../../api/people";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { boundsOf, type Choice, type Known } from "./useBounds";
import { saySight, together } from "./rules";

const MANY = 10;

/** All members of a dimension, or only those that are marked. */
function Bound({ kind, chosen, known, onChange }: { kind: "shops" | "categories"; chosen: string[]; known: Choice[] | null; onChange: (values: string[]) => void }) {
  const { t } = useTranslation();
  const [some, setSome] = useState(chosen.length > 0);
  const [typed, setTyped] = useState("");
  const id = useId();
  const listed = [...(known ?? []), ...chosen.filter((value) => !known?.some((each) => each.value === value)).map((value) => ({ value, name: value }))];
  const shown = listed.filter((each) => `${each.name} ${each.value}`.toLowerCase().includes(typed.toLowerCase()));
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span className="lbl" id={id}>{t(`rules.${kind}`)}</span>
      <Segmented label={t(`rules.${kind}`)} value={some ? "some" : "all"} onChange={(next) => { setSome(next === "some"); if (next === "all") onChange([]); }} options={[["all", t("rules.all_of_them")], ["some", t("rules.only_these")]]} />
      {some && (
        <div className="bound">
          {listed.length > MANY && <input className="input small" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("filter.find")} aria-label={t("filter.find")} />}
          <div className="bound-list">
            {shown.map((each) => (
              <label className="checkline" key={each.value}>
                <input type="checkbox" checked={chosen.includes(each.value)} onChange={(event) => onChange(event.target.checked ? [...chosen, each.value] : chosen.filter((value) => value !== each.value))} />
                <span className="el">{each.name}</span>
              </label>
            ))}
            {known && listed.length === 0 && <span className="sub">{t("rules.none_known")}</span>}
          </div>
          {chosen.length === 0 && <span className="sub">{t("rules.mark_some")}</span>}
        </div>
      )}
    </div>
  );
}

/** What somebody may see, and below it in plain words what that leaves; `others` are rules that hold besides (their teams'). */
export function RulesEditor({ rules, others = [], known, onChange }: { rules: Rules; others?: Rules[]; known: Known; onChange: (rules: Rules) => void }) {
  const { t } = useTranslation();
  const hide = (kind: "cost" | "profit", on: boolean) => onChange({ ...rules, hidden: on ? [...(rules.hidden ?? []), kind] : (rules.hidden ?? []).filter((each) => each !== kind) });
  const bounds = boundsOf(known);
  return (
    <div className="rules">
      <Bound kind="shops" chosen={rules.shops ?? []} known={known.shops} onChange={(shops) => onChange({ ...rules, shops })} />
      <Bound kind="categories" chosen={rules.categories ?? []} known={known.categories} onChange={(categories) => onChange({ ...rules, categories })} />
      <div className="field" role="group" aria-label={t("rules.figures")}>
        <span className="lbl">{t("rules.figures")}</span>
        {(["cost", "profit"] as const).map((kind) => (
          <label className="checkline" key={kind}><input type="checkbox" checked={rules.hidden?.includes(kind) ?? false} onChange={(event) => hide(kind, event.target.checked)} />{t(`rules.hide_${kind}`)}</label>
        ))}
      </div>
      <p className="sight" role="status"><Icon name="eye" size={15} />{saySight(together([rules, ...others]), bounds, t)}{others.some((each) => each.shops?.length || each.categories?.length || each.hidden?.length) && <span className="sub">{t("rules.with_teams")}</span>}</p>
    </div>
  );
}
