import { useTranslation } from "react-i18next";
import type { Goal } from "../../api/decisions";
import { Segmented } from "../../components/Segmented";
import { MetricField, ScopeField } from "../targets/TargetDialog";

const day = (ahead: number) => { const at = new Date(); at.setDate(at.getDate() + ahead); return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`; };
export const NO_GOAL: Goal = { metric: "net_sales", where: [], expected: "", begins: day(0), review: day(28), better: "more" };

/** Where and when it should show, and by how much. */
export function GoalFields({ goal, onChange }: { goal: Goal; onChange: (goal: Goal) => void }) {
  const { t } = useTranslation();
  const set = (change: Partial<Goal>) => onChange({ ...goal, ...change });
  const shown = goal.expected === "" ? "" : String(Math.round(Number(goal.expected) * 1e4) / 100);
  return (
    <>
      <MetricField value={goal.metric} onChange={(metric) => set({ metric })} />
      <ScopeField where={goal.where} metric={goal.metric} onChange={(where) => set({ where })} />
      <div className="field"><span className="lbl">{t("decisions.better")}</span><Segmented label={t("decisions.better")} value={goal.better} onChange={(better) => set({ better })} options={[["more", t("decisions.better_more")], ["less", t("decisions.better_less")]]} /></div>
      <div className="dc-three">
        <label className="field"><span className="lbl">{t("decisions.expected")}</span><input className="input" type="number" step="any" value={shown} onChange={(event) => set({ expected: event.target.value === "" ? "" : String(Math.round(Number(event.target.value) * 1e4) / 1e6) })} data-expected /></label>
        <label className="field"><span className="lbl">{t("decisions.begins")}</span><input className="input" type="date" value={goal.begins} onChange={(event) => set({ begins: event.target.value })} data-begins /></label>
        <label className="field"><span className="lbl">{t("decisions.review")}</span><input className="input" type="date" value={goal.review} min={goal.begins} onChange={(event) => set({ review: event.target.value })} data-review /></label>
      </div>
    </>
  );
}
