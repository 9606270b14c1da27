import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { alertsApi } from "../../api/alerts";
import { decisionsApi, type Decision, type Goal, type Kind, type NewDecision as Asked } from "../../api/decisions";
import type { Problem } from "../../api/problem";
import type { Scope } from "../../api/targets";
import { go, usePlace } from "../../app/location";
import { useAlertWords } from "../alerts/words";
import { Refused } from "../people/Refused";
import { GoalFields, NO_GOAL } from "./GoalFields";
import { KINDS } from "./words";

/** Ask a question that is to be decided; from an alert its metric, scope and numbers come along. */
export function NewDecision({ onClose }: { onClose: () => void }) {
  const words = useAlertWords();
  const { t } = words;
  const { query } = usePlace();
  const alert = query.get("alert") ?? "";
  const analysis = query.get("analysis") ?? "";
  const queries = useQueryClient();
  const from = useQuery({ queryKey: ["alert", alert], queryFn: () => alertsApi.open(alert), enabled: alert !== "" });
  const told = from.data?.story.alert;
  const [question, setQuestion] = useState("");
  const [kind, setKind] = useState<Kind | "">("");
  const [goal, setGoal] = useState<Goal | null>(null);
  const own: Scope[] = told ? [...(told.rule.where ?? []), ...(told.rule.each ? [{ dimension: told.rule.each, op: "in" as const, values: [told.member] }] : [])] as Scope[] : [];
  const begun: Goal = goal ?? (told ? { ...NO_GOAL, metric: told.rule.metric, where: own, better: told.rule.watch.side === "above" ? "less" : "more" } : NO_GOAL);
  const supply = ((told?.cause?.why?.[0] ?? {}) as { cause_class?: string }).cause_class === "supply";
  const chosen: Kind = kind || (supply ? "stock" : "other");
  const asked = question || (told ? t("decisions.what_to_do", { what: [told.rule.title, words.member(told)].filter(Boolean).join(" ") }).slice(0, 300) : "");
  const make = useMutation<Decision, Problem>({
    mutationFn: () => {
      const body: Asked = { question: asked, kind: chosen, team: "", options: [{ id: "stay", title: t("decisions.do_nothing"), effect: "0", effect_lo: "", effect_hi: "", cost: "0", confidence: "", source: "" }], goal: { ...begun, where: begun.where.filter((each) => each.values.length > 0) } };
      if (analysis) body.trigger = { kind: "analysis", id: analysis, title: "" };
      return decisionsApi.make(body, alert);
    },
    onSuccess: (made) => { void queries.invalidateQueries({ queryKey: ["decisions"] }); go(`/decisions/${made.id}`); },
  });
  return (
    <Modal opened onClose={onClose} title={t("decisions.new")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
        <label className="field"><span className="lbl">{t("decisions.question")}</span><input className="input" value={asked} maxLength={300} required onChange={(event) => setQuestion(event.target.value)} placeholder={t("decisions.question_example")} data-autofocus data-question /></label>
        <label className="field"><span className="lbl">{t("decisions.kind")}</span><select className="input" value={chosen} onChange={(event) => setKind(event.target.value as Kind)}>{KINDS.map((each) => <option key={each} value={each}>{t(`decisions.kind_${each}`)}</option>)}</select></label>
        <GoalFields goal={begun} onChange={setGoal} />
        <Refused problem={make.error ?? (from.error as Problem | null)} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={make.isPending || (alert !== "" && !told)} data-save>{t("decisions.ask")}</button></div>
      </form>
    </Modal>
  );
}
