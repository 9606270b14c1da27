import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alertsApi, type Alert, type AlertRules, type KeptRule, type ReadyAlert, type Rule } from "../../api/alerts";
import type { Problem } from "../../api/problem";
import { follow, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useAppearance } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon, Shape, Status } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { Refused } from "../people/Refused";
import { OneAlert } from "./OneAlert";
import { RuleDialog } from "./RuleDialog";
import { useAlerts } from "./useAlerts";
import { useAlertWords } from "./words";
import "./alerts.css";

/** What fired, the rules behind it, or the one alert of the address. */
export function AlertsPage() {
  const { path } = usePlace();
  const id = path.startsWith("/alerts/") ? decodeURIComponent(path.slice(8)) : "";
  return id ? <OneAlert key={id} id={id} /> : <Inbox />;
}

type Shelf = "open" | "every" | "rules";

function Inbox() {
  const { t } = useTranslation();
  const { session } = useSession();
  const { screen } = useAppearance();
  const [shelf, setShelf] = useState<Shelf>("open");
  const [edited, setEdited] = useState<Rule | "new" | null>(null);
  const asked = useAlerts(shelf === "every");
  const rules = useQuery<AlertRules, Problem>({ queryKey: ["alert-rules"], queryFn: () => alertsApi.rules(), refetchOnMount: "always" });
  const mayEdit = can(session, "alerts:edit");
  const alerts = asked.data?.alerts ?? [];
  const none = rules.isSuccess && rules.data.rules.length === 0;
  return (
    <>
      <TopBar title={t("alerts.title")} actions={mayEdit && <button type="button" className="btn pri" aria-label={t("alerts.new")} onClick={() => setEdited("new")} data-new-rule><Icon name="plus" size={14} />{screen !== "phone" && t("alerts.new")}</button>} />
      <main className="page" id="content">
        <div className="tg-head"><Segmented label={t("alerts.shelf")} value={shelf} onChange={setShelf} options={[["open", t("alerts.open")], ["every", t("alerts.every")], ["rules", t("alerts.rules")]]} /><a className="btn" href="/alerts/channels" onClick={follow} data-channels><Icon name="bell" size={14} />{t("channels.title")}</a></div>
        <Refused problem={asked.error ?? rules.error} />
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}
        {shelf === "rules" && <Rules rules={rules.data?.rules ?? []} onEdit={mayEdit ? setEdited : null} />}
        {shelf !== "rules" && asked.isSuccess && (
          <>
            {alerts.length > 0 && <ul className="al-list" aria-live="polite">{alerts.map((alert) => <AlertCard key={alert.id} alert={alert} people={asked.data.people} />)}</ul>}
            {alerts.length === 0 && !none && <section className="tile page-tile al-calm"><span className="t-ok"><Shape level="ok" size={18} /></span><p>{t(shelf === "open" ? "alerts.calm" : "alerts.never")}</p></section>}
            {none && <p className="sub2 page-lead">{t("alerts.none")}</p>}
          </>
        )}
        {mayEdit && (none || shelf === "rules") && <Ready rules={rules.data?.rules ?? []} />}
      </main>
      {edited && <RuleDialog rule={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function AlertCard({ alert, people }: { alert: Alert; people: Record<string, string> }) {
  const words = useAlertWords();
  const { t } = words;
  const over = alert.resolved_at !== null && alert.resolved_at !== undefined;
  const level = over ? "ok" : (alert.rule.severity ?? "watch") === "critical" ? "critical" : "watch";
  const first = (alert.cause?.why?.[0] ?? null) as { cause_class: string; grade: string } | null;
  return (
    <li>
      <a className={`tile al-card ${over ? "over" : ""}`} href={`/alerts/${alert.id}`} onClick={follow} data-alert={alert.id} data-state={alert.state}>
        <span className={`t-${level}`}><Shape level={level} size={18} /></span>
        <b>{words.headline(alert)}</b>
        <span className="sub">{[alert.rule.title, t("alerts.since", { at: words.moment(alert.fired_at) }), over ? t("alerts.over", { at: words.moment(alert.resolved_at ?? "") }) : "", alert.state === "no_data" ? t("alerts.no_data") : "", alert.snoozed_until && !over ? t("alerts.snoozed", { at: words.moment(alert.snoozed_until) }) : "", alert.assignee ? t("alerts.by", { name: people[alert.assignee] ?? "" }) : ""].filter(Boolean).join(" · ")}</span>
        <span className="al-chips">{first && <Status level="none">{t("alerts.cause_chip", { cause: t(`alerts.cause_${first.cause_class as "unknown"}`) })}</Status>}{alert.acknowledged_at && <Status level="info">{t("alerts.seen")}</Status>}</span>
        {!over && <span className="btn al-go">{t("alerts.see")}</span>}
      </a>
    </li>
  );
}

function Rules({ rules, onEdit }: { rules: KeptRule[]; onEdit: ((rule: Rule) => void) | null }) {
  const words = useAlertWords();
  const { t } = words;
  const queries = useQueryClient();
  const change = useMutation<unknown, Problem, { kept: KeptRule; body: { rule?: Rule; archived?: boolean } }>({
    mutationFn: ({ kept, body }) => alertsApi.change(kept.rule.id, kept.rule.version ?? 1, body),
    onSettled: () => { for (const key of ["alert-rules", "alerts"]) void queries.invalidateQueries({ queryKey: [key] }); },
  });
  if (!rules.length) return <p className="sub2 page-lead">{t("alerts.none")}</p>;
  return (
    <>
      <Refused problem={change.error} />
      <ul className="al-list">
        {rules.map((kept) => {
          const { rule } = kept;
          const states = Object.entries(kept.instances ?? {});
          return (
            <li key={rule.id} className="tile al-rule" data-rule={rule.id}>
              <b>{rule.title}</b>
              <span className="sub">{words.scope(rule)} · {words.condition(rule)}</span>
              <span className="al-chips">{states.map(([state, count]) => <Status key={state} level={state === "firing" ? "critical" : state === "ok" || state === "resolved" ? "ok" : "watch"}>{t(`alerts.state_${state as "ok"}`, { count })}</Status>)}{!rule.enabled && <Status level="none">{t("alerts.off")}</Status>}</span>
              {kept.problem && <Refused problem={{ message: String((kept.problem as { message?: string }).message ?? ""), code: "", status: 0 } as Problem} />}
              {onEdit && (
                <span className="actions left">
                  <button type="button" className="btn" onClick={() => onEdit(rule)} data-edit>{t("alerts.edit")}</button>
                  <button type="button" className="btn" onClick={() => change.mutate({ kept, body: { rule: { ...rule, enabled: !rule.enabled } } })}>{rule.enabled ? t("alerts.switch_off") : t("alerts.switch_on")}</button>
                  <button type="button" className="btn" onClick={() => change.mutate({ kept, body: { archived: true } })}>{t("alerts.archive")}</button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Rules that come with Castanea: one press each. */
function Ready({ rules }: { rules: KeptRule[] }) {
  const words = useAlertWords();
  const { t } = words;
  const queries = useQueryClient();
  const asked = useQuery<ReadyAlert[], Problem>({ queryKey: ["alerts-ready"], queryFn: alertsApi.ready, staleTime: 60_000 });
  const make = useMutation<unknown, Problem, Rule[]>({
    mutationFn: async (chosen) => { for (const rule of chosen) await alertsApi.make(rule); },
    onSettled: () => { for (const key of ["alert-rules", "alerts"]) void queries.invalidateQueries({ queryKey: [key] }); },
  });
  const has = (rule: Rule) => rules.some((kept) => kept.rule.metric === rule.metric && kept.rule.watch.kind === rule.watch.kind && kept.rule.each === rule.each && kept.rule.window === rule.window);
  const free = (asked.data ?? []).filter((each) => !has(each.rule));
  const able = free.filter((each) => !each.problem);
  if (!free.length) return null;
  return (
    <section className="tile page-tile part" aria-label={t("alerts.ready")}>
      <h2>{t("alerts.ready")}</h2>
      <p className="sub">{t("alerts.ready_lead")}</p>
      <Refused problem={make.error} />
      <ul className="al-ready">
        {free.map((each) => (
          <li key={each.name}>
            <span><b>{each.title}</b><span className="sub">{each.why}</span>{each.problem && <span className="sub2">{each.problem === "no_data" ? t("alerts.lacks") : each.problem}</span>}</span>
            <button type="button" className="btn" disabled={Boolean(each.problem) || make.isPending} onClick={() => make.mutate([each.rule])} data-ready={each.name}>{t("alerts.switch_on")}</button>
          </li>
        ))}
      </ul>
      {able.length > 1 && <div className="actions left"><button type="button" className="btn pri" disabled={make.isPending} onClick={() => make.mutate(able.map((each) => each.rule))} data-ready-all>{t("alerts.switch_all", { count: able.length })}</button></div>}
    </section>
  );
}
