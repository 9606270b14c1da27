import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { decisionsApi, type Change, type Decision, type Effect, type Goal, type OpenedDecision, type Option, type State } from "../../api/decisions";
import type { Problem } from "../../api/problem";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { TopBar } from "../../app/TopBar";
import { Chart } from "../../charts/Chart";
import { axisUnit } from "../../charts/axes";
import { Icon, Status } from "../../components/Icon";
import { sayChange, toNumber } from "../../format/number";
import { LoopRail } from "../alerts/LoopRail";
import { Refused } from "../people/Refused";
import { drawEffect } from "./effectChart";
import { GoalFields } from "./GoalFields";
import { Options } from "./Options";
import { Tasks } from "./Tasks";
import { useDecisionWords } from "./words";

type Ask = "decided" | "closed" | "goal" | null;

/** One decision: its question, the numbers of then, the options, who said what, the tasks, and what it changed. */
export function OneDecision({ id }: { id: string }) {
  const words = useDecisionWords();
  const { t, names } = words;
  const { session } = useSession();
  const queries = useQueryClient();
  const [ask, setAsk] = useState<Ask>(null);
  const [chosen, setChosen] = useState("");
  const asked = useQuery<OpenedDecision, Problem>({ queryKey: ["decision", id], queryFn: () => decisionsApi.open(id), refetchOnMount: "always", refetchInterval: 20_000 });
  const act = useMutation<Decision, Problem, () => Promise<Decision>>({
    mutationFn: (deed) => deed(),
    onSettled: () => { for (const key of ["decision", "decisions"]) void queries.invalidateQueries({ queryKey: [key] }); },
  });
  const decision = asked.data?.decision;
  if (!asked.data || !decision) return <><TopBar title={t("decisions.title")} /><main className="page" id="content">{asked.error ? <Refused problem={asked.error} /> : <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}</main></>;
  const { needs_approval: waits, people } = asked.data;
  const base = decision.version;
  const mayDecide = can(session, "decisions:decide");
  const mayEdit = can(session, "decisions:edit") && decision.state !== "closed";
  const change = (body: Omit<Change, "base">) => act.mutate(() => decisionsApi.change(id, { base, ...body }));
  const step = (to: State, more: { chosen?: string; reasons?: string } = {}) => act.mutate(() => decisionsApi.step(id, { base, to, ...more }));
  const trigger = decision.trigger;
  const goal = decision.goal as Goal;
  const facts = [t("decisions.asked_by", { name: people[decision.created_by] ?? "", at: words.moment(decision.created_at) }), decision.decided_at ? t("decisions.decided_by", { name: people[decision.decided_by] ?? "", at: words.moment(decision.decided_at) }) : "", goal.begins ? t("decisions.begins_on", { day: goal.begins }) : "", goal.review ? t("decisions.review_on", { day: goal.review }) : "", decision.approved_by ? t("decisions.approved_by", { name: people[decision.approved_by] ?? "" }) : ""];
  return (
    <>
      <TopBar title={t("decisions.title")} actions={(
        <>
          {mayDecide && decision.state === "open" && <button type="button" className="btn pri" disabled={!chosen} title={chosen ? undefined : t("decisions.choose_first")} onClick={() => setAsk("decided")} data-decide>{t("decisions.decide")}</button>}
          {decision.state === "decided" && waits && can(session, "decisions:approve") && decision.decided_by !== session?.me.id && <button type="button" className="btn pri" onClick={() => act.mutate(() => decisionsApi.approve(id, base))} data-approve>{t("decisions.approve")}</button>}
          {mayDecide && decision.state === "decided" && !waits && <button type="button" className="btn pri" disabled={act.isPending} onClick={() => step("in_effect")} data-begin>{t("decisions.begin")}</button>}
          {mayEdit && decision.state === "in_effect" && <button type="button" className="btn" disabled={act.isPending} onClick={() => act.mutate(() => decisionsApi.measure(id))} data-measure>{act.isPending ? t("decisions.measuring") : t("decisions.measure")}</button>}
          {mayDecide && decision.state === "in_effect" && decision.effect && <button type="button" className="btn" onClick={() => step("measured")}>{t("decisions.stand")}</button>}
          {mayDecide && decision.state !== "closed" && decision.state !== "in_effect" && <button type="button" className="btn" onClick={() => (decision.state === "measured" ? step("closed") : setAsk("closed"))} data-close>{t("decisions.close")}</button>}
          <a className="icb" href={`/api/v1/decisions/${id}/markdown`} download aria-label={t("decisions.export")} title={t("decisions.export")}><Icon name="download" size={16} /></a>
          <button type="button" className="icb dc-print" aria-label={t("decisions.print")} title={t("decisions.print")} onClick={() => window.print()}><Icon name="print" size={16} /></button>
        </>
      )} />
      <main className="page" id="content" data-opened={id} data-state={decision.state}>
        <p className="sub al-crumb"><a href="/decisions" onClick={follow}>{t("decisions.title")}</a> / {t(`decisions.kind_${decision.kind}`)}</p>
        <header className="al-head"><h2>{decision.question}</h2><LoopRail at={words.rail(decision)} links={trigger?.kind === "alert" ? { alert: `/alerts/${trigger.id ?? ""}`, cause: `/alerts/${trigger.id ?? ""}`, options: "#options", effect: "#effect" } : { options: "#options", effect: "#effect" }} /></header>
        <p className="sub">{facts.filter(Boolean).join(" · ")}</p>
        <Refused problem={act.error} />
        {waits && <p><Status level="watch">{t("decisions.waits")}</Status></p>}
        <EffectTile decision={decision} />
        <div className="al-three">
          <Options decision={decision} chosen={decision.chosen || chosen} onChoose={mayDecide && decision.state === "open" ? setChosen : null} onChange={mayEdit && decision.state === "open" ? (options: Option[]) => change({ options }) : null} />
          <section className="tile page-tile" aria-label={t("decisions.then")} data-part="then">
            <h2>{t("decisions.then")}</h2>
            {trigger?.at && <p className="sub">❄ {words.moment(trigger.at)}{trigger.title ? ` · ${trigger.title}` : ""}</p>}
            {(trigger?.numbers ?? []).length > 0
              ? <table className="tbl"><thead><tr><th scope="col">{t("decisions.number")}</th><th scope="col" className="n">{t("decisions.then_value")}</th><th scope="col" className="n">{t("decisions.then_base")}</th></tr></thead><tbody>{(trigger?.numbers ?? []).map((number) => <tr key={number.metric}><th scope="row">{[number.name, names.metric(number.metric)].filter(Boolean).join(" · ")}</th><td className="n">{words.signed(toNumber(number.value), words.unit(number.metric)).replace(/^\+/, "")}</td><td className="n">{words.signed(toNumber(number.base), words.unit(number.metric)).replace(/^\+/, "")}</td></tr>)}</tbody></table>
              : <p className="sub">{t("decisions.no_numbers")}</p>}
            {trigger?.cause?.[words.locale] && <p className="sub2">{trigger.cause[words.locale]}</p>}
            <h3>{t("decisions.goal")}</h3>
            <p>{[names.metric(goal.metric), names.scope(goal.where), goal.expected ? t("decisions.expected_is", { share: sayChange(toNumber(goal.expected), false, words.locale) }) : "", t(`decisions.better_${goal.better ?? "more"}`)].filter(Boolean).join(" · ")}</p>
            {mayEdit && (decision.state === "open" || decision.state === "decided") && <div className="actions left"><button type="button" className="btn" onClick={() => setAsk("goal")} data-edit-goal>{t("decisions.edit_goal")}</button></div>}
          </section>
          <section className="tile page-tile" aria-label={t("decisions.said")} data-part="said">
            <h2>{t("decisions.said")}</h2>
            <Said decision={decision} people={people} onSay={mayEdit ? (stance, why) => act.mutate(() => decisionsApi.say(id, stance, why)) : null} />
            <Tasks opened={asked.data} onChange={mayEdit ? (tasks) => change({ tasks }) : null} />
          </section>
        </div>
        {decision.reasons && <section className="tile page-tile part dc-low" aria-label={t("decisions.reasons")}><h2>{t("decisions.reasons")}</h2><p className="dc-text">{decision.reasons}</p></section>}
        <section className="tile page-tile part dc-low" aria-label={t("decisions.history")}><details><summary>{t("decisions.history")}</summary><ul className="al-story">{asked.data.history.map((line) => <li key={line.version}><span className="sub">{words.moment(line.at)}</span> {people[line.by] ?? "Castanea"} {t(`decisions.did_${line.what as "made"}`)}</li>)}</ul></details></section>
      </main>
      {(ask === "decided" || ask === "closed") && <Reasons ask={ask} option={decision.options?.find((each) => each.id === chosen)?.title ?? ""} onClose={() => setAsk(null)} onSay={(reasons) => { setAsk(null); step(ask, ask === "decided" ? { chosen, reasons } : { reasons }); }} />}
      {ask === "goal" && <GoalDialog goal={goal} onClose={() => setAsk(null)} onKeep={(next) => { setAsk(null); change({ goal: next }); }} />}
    </>
  );
}

function EffectTile({ decision }: { decision: Decision }) {
  const words = useDecisionWords();
  const { t, locale, names } = words;
  const effect = decision.effect as Effect | null;
  const metric = decision.goal?.metric ?? "";
  const unit = words.unit(metric);
  const begins = decision.goal?.begins ?? "";
  const drawing = useMemo(() => (effect ? drawEffect(effect, begins, unit, locale, { actual: t("decisions.actual"), without: t("decisions.without"), begins: begins.slice(5) }) : null), [effect, begins, unit, locale, t]);
  if (!effect) return decision.state === "in_effect" ? <section className="tile page-tile part" id="effect" aria-label={t("alerts.step_effect")}><p className="sub">{t("decisions.soon")}</p></section> : null;
  const days = effect.days ?? [];
  return (
    <section className="tile page-tile part dc-effect" id="effect" aria-label={t("alerts.step_effect")} data-verdict={effect.verdict}>
      <h2><Status level={words.level(effect)}>{words.verdict(effect)}</Status> {words.measured(decision)}</h2>
      <p className="sub">{names.metric(metric)} {axisUnit(Math.max(...days.map((day) => Math.abs(day.actual)), 0), unit, locale)}</p>
      {drawing && days.length > 1 && <div className="tg-chart"><Chart label={words.measured(decision)} draw={drawing} version={`${effect.at}${days.length}`} /></div>}
      <p className="sub">{[effect.controls?.length ? t("decisions.controls", { count: effect.controls.length }) : t("decisions.no_controls"), effect.placebo_dates ? t("decisions.placebo", { alarms: effect.placebo_alarms, dates: effect.placebo_dates }) : "", effect.why && effect.verdict === "cannot_tell" ? t(`decisions.why_${effect.why as "not_enough"}`) : "", t("decisions.until", { day: effect.until })].filter(Boolean).join(" · ")}</p>
      {days.length > 1 && <details><summary>{t("decisions.as_table")}</summary><div className="scroll tg-days"><table className="tbl"><thead><tr><th scope="col">{t("alerts.time")}</th><th scope="col" className="n">{t("decisions.actual")}</th><th scope="col" className="n">{t("decisions.without")}</th></tr></thead><tbody>{[...days].reverse().map((day) => <tr key={day.day}><th scope="row">{day.day}</th><td className="n">{words.signed(day.actual, unit).replace(/^\+/, "")}</td><td className="n">{words.signed(day.expected, unit).replace(/^\+/, "")}</td></tr>)}</tbody></table></div></details>}
    </section>
  );
}

function Said({ decision, people, onSay }: { decision: Decision; people: Record<string, string>; onSay: ((stance: "agree" | "object", why: string) => void) | null }) {
  const { t } = useDecisionWords();
  const [why, setWhy] = useState("");
  const said = decision.said ?? [];
  const tell = (stance: "agree" | "object") => { onSay?.(stance, why); setWhy(""); };
  return (
    <>
      {said.length === 0 && <p className="sub">{t("decisions.nobody_said")}</p>}
      <ul className="dc-said">{said.map((each) => <li key={each.by}><span><b>{people[each.by] ?? ""}</b>{each.why && <span className="sub2">{each.why}</span>}</span><Status level={each.stance === "agree" ? "ok" : "watch"}>{t(`decisions.stance_${each.stance}`)}</Status></li>)}</ul>
      {onSay && <div className="dc-say"><input className="input" value={why} maxLength={2000} aria-label={t("decisions.why")} placeholder={t("decisions.why")} onChange={(event) => setWhy(event.target.value)} data-why /><button type="button" className="btn" onClick={() => tell("agree")} data-agree>{t("decisions.agree")}</button><button type="button" className="btn" onClick={() => tell("object")} data-object>{t("decisions.object")}</button></div>}
    </>
  );
}

function Reasons({ ask, option, onClose, onSay }: { ask: "decided" | "closed"; option: string; onClose: () => void; onSay: (reasons: string) => void }) {
  const { t } = useDecisionWords();
  const [text, setText] = useState("");
  const keep = (event: FormEvent) => { event.preventDefault(); onSay(text.trim()); };
  return (
    <Modal opened onClose={onClose} title={ask === "decided" ? t("decisions.decide_for", { option }) : t("decisions.close")} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={keep}>
        <label className="field"><span className="lbl">{ask === "decided" ? t("decisions.reasons_ask") : t("decisions.reasons_close")}</span><textarea className="input edit-text" rows={4} value={text} maxLength={4000} required onChange={(event) => setText(event.target.value)} data-autofocus data-reasons /></label>
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={!text.trim()} data-save>{t("decisions.keep")}</button></div>
      </form>
    </Modal>
  );
}

function GoalDialog({ goal, onClose, onKeep }: { goal: Goal; onClose: () => void; onKeep: (goal: Goal) => void }) {
  const { t } = useDecisionWords();
  const [draft, setDraft] = useState<Goal>({ ...goal, where: (goal.where ?? []).map((each) => ({ ...each, values: each.values ?? [] })) });
  return (
    <Modal opened onClose={onClose} title={t("decisions.edit_goal")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); onKeep({ ...draft, where: draft.where.filter((each) => each.values.length > 0) }); }}>
        <GoalFields goal={draft} onChange={setDraft} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" data-save>{t("decisions.keep")}</button></div>
      </form>
    </Modal>
  );
}
