import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { alertsApi, type Deed, type OpenedAlert, type Step } from "../../api/alerts";
import { kanbanApi } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { follow, go } from "../../app/location";
import { can, useSession } from "../../app/session";
import { TopBar } from "../../app/TopBar";
import { Chart } from "../../charts/Chart";
import { axisUnit } from "../../charts/axes";
import { drawTrend } from "../../charts/trend";
import { Icon, Shape } from "../../components/Icon";
import { Sparkline } from "../../components/Sparkline";
import { sayShare, toNumber } from "../../format/number";
import { pick } from "../../i18n";
import { Refused } from "../people/Refused";
import { LoopRail } from "./LoopRail";
import { useAlerts } from "./useAlerts";
import { unitOfAlert, useAlertWords } from "./words";

interface Found { parts: { dimension: string; member: string; name: string }[]; deviation: number; share: number | null }
interface Factor { metric: string; before: number; after: number; effect: number }
interface Said { kind: string; before: number | null; during: number | null; words: Record<string, string>; values: (number | null)[] }
interface Ranked { cause_class: string; probability: number; grade: string; evidence: Said[] }

const SNOOZES = [60, 480, 1440];

/** One alert: what is wrong, where, how and why; what to do; what was done. */
export function OneAlert({ id }: { id: string }) {
  const words = useAlertWords();
  const { t } = words;
  const { session } = useSession();
  useAlerts(false);
  const queries = useQueryClient();
  const asked = useQuery<OpenedAlert, Problem>({ queryKey: ["alert", id], queryFn: () => alertsApi.open(id), refetchOnMount: "always" });
  const act = useMutation<unknown, Problem, Deed>({
    mutationFn: (deed) => alertsApi.act(id, deed),
    onSettled: () => { for (const key of ["alert", "alerts"]) void queries.invalidateQueries({ queryKey: [key] }); },
  });
  const alert = asked.data?.story.alert;
  if (!asked.data || !alert) return <><TopBar title={t("alerts.title")} /><main className="page" id="content">{asked.error ? <Refused problem={asked.error} /> : <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}</main></>;
  const over = Boolean(alert.resolved_at);
  const level = over ? "ok" : (alert.rule.severity ?? "watch") === "critical" ? "critical" : "watch";
  const mayAct = can(session, "alerts:act") && !over;
  return (
    <>
      <TopBar title={t("alerts.title")} actions={mayAct && (
        <>
          {!alert.acknowledged_at && <button type="button" className="btn" onClick={() => act.mutate({ kind: "acknowledge" })} data-acknowledge><Icon name="check" size={14} />{t("alerts.acknowledge")}</button>}
          <label className="al-snooze"><span className="sr">{t("alerts.snooze")}</span><select className="input small" value="" onChange={(event) => act.mutate({ kind: "snooze", minutes: Number(event.target.value) })}><option value="" disabled>{t("alerts.snooze")}</option>{SNOOZES.map((minutes) => <option key={minutes} value={minutes}>{t(`alerts.snooze_${minutes as 60}`)}</option>)}<option value="0">{t("alerts.wake")}</option></select></label>
        </>
      )} />
      <main className="page" id="content" data-opened={id}>
        <p className="sub al-crumb"><a href="/alerts" onClick={follow}>{t("alerts.title")}</a> / {alert.rule.title}</p>
        <header className="al-head"><h2><span className={`t-${level}`} aria-hidden="true"><Shape level={level} size={22} /></span>{words.headline(alert)}</h2><LoopRail at={over ? 4 : alert.cause ? 2 : 1} links={{ cause: "#cause", options: "#options" }} /></header>
        <p className="sub">{[t("alerts.since", { at: words.moment(alert.fired_at) }), over ? t("alerts.over", { at: words.moment(alert.resolved_at ?? "") }) : t("alerts.now", { value: words.figure(alert.latest.value, unitOfAlert(alert)) }), words.condition(alert.rule)].join(" · ")}</p>
        <Refused problem={act.error} />
        {mayAct && <Owner opened={asked.data} onAssign={(to) => act.mutate({ kind: "assign", to })} />}
        <div className="al-three" id="cause">
          <Where opened={asked.data} />
          <How opened={asked.data} />
          <Why opened={asked.data} />
        </div>
        <Course opened={asked.data} />
        <section className="tile page-tile part" id="options" aria-label={t("alerts.options")}>
          <h2>{t("alerts.options")}</h2>
          <p className="sub">{t("alerts.options_lead")}</p>
          <div className="actions left">{can(session, "decisions:edit") && <a className="btn pri" href={`/decisions/new?alert=${encodeURIComponent(id)}`} onClick={follow} data-decide><Icon name="decision" size={14} />{t("alerts.decide")}</a>}{can(session, "kanban:edit") && <MakeTask id={id} title={[alert.rule.title, words.member(alert)].filter(Boolean).join(" · ")} />}{mayAct && <button type="button" className="btn" onClick={() => act.mutate({ kind: "close" })}>{t("alerts.close")}</button>}</div>
        </section>
        <Story opened={asked.data} onSay={can(session, "alerts:act") ? (text) => act.mutateAsync({ kind: "comment", text }) : null} />
      </main>
    </>
  );
}

/** A card about the alert, at the end of the first list of a task board. Its numbers stay on the alert: a board has other readers. */
function MakeTask({ id, title }: { id: string; title: string }) {
  const { t } = useAlertWords();
  const boards = useQuery({ queryKey: ["kanban"], queryFn: kanbanApi.boards });
  const living = (boards.data ?? []).filter((board) => !board.archived);
  const make = useMutation<string, Problem, string>({
    mutationFn: async (board) => {
      const { board: opened } = await kanbanApi.open(board);
      const told = await kanbanApi.add(board, opened.lists[0]?.id ?? "", title.slice(0, 200), { links: [{ kind: "alert", id, title: title.slice(0, 120) }] });
      return `/tasks/${board}?card=${told.card?.id ?? ""}`;
    },
    onSuccess: (place) => go(place),
  });
  if (boards.isSuccess && !living.length) return <a className="btn" href="/tasks" onClick={follow}><Icon name="kanban" size={14} />{t("alerts.first_board")}</a>;
  return (
    <>
      <label className="al-snooze"><span className="sr">{t("alerts.make_task")}</span><select className="input small" value="" disabled={make.isPending} onChange={(event) => make.mutate(event.target.value)} data-make-task><option value="" disabled>{t("alerts.make_task")}</option>{living.map((board) => <option key={board.id} value={board.id}>{board.title}</option>)}</select></label>
      <Refused problem={make.error} />
    </>
  );
}

function Owner({ opened, onAssign }: { opened: OpenedAlert; onAssign: (to: string) => void }) {
  const { t } = useAlertWords();
  const { alert } = opened.story;
  return (
    <label className="al-owner"><Icon name="user" size={14} /><span>{t("alerts.owner")}</span>
      <select className="input small" value={alert.assignee ?? ""} onChange={(event) => onAssign(event.target.value)} data-assign><option value="">{t("alerts.nobody")}</option>{Object.entries(opened.people).map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select>
    </label>
  );
}

function Where({ opened }: { opened: OpenedAlert }) {
  const words = useAlertWords();
  const { t, names } = words;
  const { alert } = opened.story;
  const unit = unitOfAlert(alert);
  const found = (alert.cause?.where ?? []) as unknown as Found[];
  const greatest = Math.max(...found.map((each) => Math.abs(each.deviation)), 1e-9);
  return (
    <section className="tile page-tile" aria-label={t("alerts.where")} data-part="where">
      <h2><i className="al-no">1</i>{t("alerts.where")}</h2>
      {!alert.cause && <p className="sub">{t("alerts.looking")}</p>}
      {alert.cause && found.length === 0 && <p>{alert.name ? t("alerts.only", { name: words.member(alert) }) : t("alerts.everywhere")}</p>}
      <ul className="al-bars">{found.map((each) => <li key={each.parts.map((part) => part.member).join()}><span>{each.parts.map((part) => `${names.dimension(part.dimension)} ${part.name}`).join(" · ")}</span><b className="n">{words.figure(String(each.deviation), unit)}</b><span className="al-bar"><i style={{ width: `${(Math.abs(each.deviation) / greatest) * 100}%` }} /></span></li>)}</ul>
    </section>
  );
}

function How({ opened }: { opened: OpenedAlert }) {
  const words = useAlertWords();
  const { t, names } = words;
  const { alert } = opened.story;
  const unit = unitOfAlert(alert);
  const how = (alert.cause?.how ?? []) as unknown as Factor[];
  const greatest = Math.max(...how.map((each) => Math.abs(each.effect)), 1e-9);
  const facts: [string, string][] = [[t("alerts.figure"), words.figure(alert.fired.value, unit)], [alert.fired.base ? t("alerts.expected") : t("alerts.limit"), words.figure(alert.fired.base ?? alert.against, unit)]];
  return (
    <section className="tile page-tile" aria-label={t("alerts.how")} data-part="how">
      <h2><i className="al-no">2</i>{t("alerts.how")}</h2>
      {how.length === 0 && <dl className="al-facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>}
      <ul className="al-bars">{how.map((each) => <li key={each.metric}><span>{names.metric(each.metric)} <span className="sub">{sayShare(each.before ? each.after / each.before : null)}</span></span><b className="n">{words.figure(String(each.effect), unit)}</b><span className="al-bar"><i className={each.effect < 0 ? "" : "up"} style={{ width: `${(Math.abs(each.effect) / greatest) * 100}%` }} /></span></li>)}</ul>
      {how.length > 0 && <p className="sub">{t("alerts.how_adds")}</p>}
    </section>
  );
}

function Why({ opened }: { opened: OpenedAlert }) {
  const { t, locale } = useAlertWords();
  const { alert } = opened.story;
  const why = (alert.cause?.why ?? []) as unknown as Ranked[];
  return (
    <section className="tile page-tile" aria-label={t("alerts.why")} data-part="why">
      <h2><i className="al-no">3</i>{t("alerts.why")}</h2>
      {!alert.cause && <p className="sub">{t("alerts.looking")}</p>}
      <ul className="al-why">
        {why.filter((each, index) => index === 0 || each.evidence.length > 0).slice(0, 3).map((each) => (
          <li key={each.cause_class} data-cause={each.cause_class}>
            <b className="al-odds">{sayShare(Math.min(each.probability, 0.99))}</b>
            <span><b>{t(`alerts.cause_${each.cause_class as "unknown"}`)}</b> {each.grade && <span className="sub">{t(`alerts.grade_${each.grade as "likely"}`)}</span>}{each.evidence[0] && <span className="sub al-said">{each.evidence[0].words[locale]}</span>}</span>
            {(each.evidence[0]?.values.length ?? 0) > 2 && <span className="al-spark" aria-hidden="true"><Sparkline values={each.evidence[0]?.values ?? []} width={96} height={30} /></span>}
          </li>
        ))}
      </ul>
      {alert.cause && <details><summary>{t("alerts.in_words")}</summary><p className="sub2">{pick(alert.cause.words, locale)}</p></details>}
    </section>
  );
}

function Course({ opened }: { opened: OpenedAlert }) {
  const words = useAlertWords();
  const { t, locale } = words;
  const { story } = opened;
  const unit = unitOfAlert(story.alert);
  const { steps } = story;
  const drawing = useMemo(() => drawTrend({
    at: steps.map((step: Step) => step.at), unit, points: false, area: false, unfinished: false, beforeName: "",
    series: [{ name: t("alerts.figure"), values: steps.map((step) => toNumber(step.value)) }, { name: t("alerts.held_against"), values: steps.map((step) => toNumber(step.against)), rest: true }],
  }, locale), [steps, unit, t, locale]);
  if (steps.length < 2) return null;
  return (
    <section className="tile page-tile" aria-label={t("alerts.course")}>
      <h2>{t("alerts.course")}</h2><p className="sub">{axisUnit(toNumber(story.alert.fired.value) ?? 1, unit, locale)}</p>
      <div className="tg-chart"><Chart label={t("alerts.course")} draw={drawing} version={`${steps.length}${steps[steps.length - 1]?.at ?? ""}`} /></div>
      <details><summary>{t("alerts.evaluations")}</summary><div className="scroll tg-days"><table className="tbl"><thead><tr><th>{t("alerts.time")}</th><th className="n">{t("alerts.figure")}</th><th className="n">{t("alerts.held_against")}</th><th>{t("alerts.state")}</th></tr></thead>
        <tbody>{[...steps].reverse().map((step, index) => <tr key={index}><th scope="row">{words.moment(step.at)}</th><td className="n">{words.figure(step.value, unit)}</td><td className="n">{words.figure(step.against, unit)}</td><td>{t(`alerts.phase_${step.state as "ok"}`)}</td></tr>)}</tbody></table></div></details>
    </section>
  );
}

function Story({ opened, onSay }: { opened: OpenedAlert; onSay: ((text: string) => Promise<unknown>) | null }) {
  const words = useAlertWords();
  const { t } = words;
  const [text, setText] = useState("");
  const { acts } = opened.story;
  const say = (event: FormEvent) => { event.preventDefault(); void onSay?.(text).then(() => setText("")); };
  return (
    <section className="tile page-tile part" aria-label={t("alerts.story")}>
      <h2>{t("alerts.story")}</h2>
      <ul className="al-story">{acts.map((act, index) => <li key={index}><span className="sub">{words.moment(act.at)}</span> <span>{t(`alerts.act_${act.kind as "fired"}`, { name: opened.people[act.by] ?? "Castanea", to: opened.people[act.text] ?? t("alerts.nobody"), minutes: act.text })}</span>{act.kind === "commented" && <p>{act.text}</p>}</li>)}</ul>
      {onSay && <form className="al-say" onSubmit={say}><input className="input" value={text} maxLength={4000} required aria-label={t("alerts.comment")} placeholder={t("alerts.comment")} onChange={(event) => setText(event.target.value)} data-comment /><button type="submit" className="btn">{t("alerts.send")}</button></form>}
    </section>
  );
}
