import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { decisionsApi, type Decision, type DecisionList } from "../../api/decisions";
import type { Problem } from "../../api/problem";
import { follow, go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useAppearance } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon, Status } from "../../components/Icon";
import { sayChange, toNumber } from "../../format/number";
import { Refused } from "../people/Refused";
import { NewDecision } from "./NewDecision";
import { OneDecision } from "./OneDecision";
import { KINDS, useDecisionWords } from "./words";
import "../alerts/alerts.css";
import "../targets/targets.css";
import "./decisions.css";

/** The library of decisions, one of them, or a new one, by the address. */
export function DecisionsPage() {
  const { path } = usePlace();
  const id = path.startsWith("/decisions/") ? decodeURIComponent(path.slice(11)) : "";
  return id && id !== "new" ? <OneDecision key={id} id={id} /> : <Library asking={id === "new"} />;
}

function Library({ asking }: { asking: boolean }) {
  const words = useDecisionWords();
  const { t } = words;
  const { session } = useSession();
  const { screen } = useAppearance();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const wanted = useDeferredValue(text.trim());
  const asked = useQuery<DecisionList, Problem>({ queryKey: ["decisions", wanted, kind], queryFn: () => decisionsApi.all({ ...(wanted && { text: wanted }), ...(kind && { kind }) }), refetchOnMount: "always", placeholderData: (before) => before });
  const mayAsk = can(session, "decisions:edit");
  const all = asked.data?.decisions ?? [];
  const told = asked.data?.verdicts;
  const measured = (told?.worked ?? 0) + (told?.did_harm ?? 0) + (told?.cannot_tell ?? 0);
  const filtered = Boolean(wanted || kind);
  return (
    <>
      <TopBar title={t("decisions.title")} actions={mayAsk && <button type="button" className="btn pri" aria-label={t("decisions.new")} onClick={() => go("/decisions/new")} data-new-decision><Icon name="plus" size={14} />{screen !== "phone" && t("decisions.new")}</button>} />
      <main className="page" id="content">
        <div className="dc-find">
          <input type="search" className="input" value={text} aria-label={t("decisions.find")} placeholder={t("decisions.find")} onChange={(event) => setText(event.target.value)} data-find />
          <select className="input" value={kind} aria-label={t("decisions.kind")} onChange={(event) => setKind(event.target.value)} data-kind><option value="">{t("decisions.every_kind")}</option>{KINDS.map((each) => <option key={each} value={each}>{t(`decisions.kind_${each}`)}</option>)}</select>
        </div>
        <Refused problem={asked.error} />
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}
        {measured > 0 && <p className="sub2 page-lead" data-verdicts>{t("decisions.looked_back", { measured, worked: told?.worked ?? 0, harm: told?.did_harm ?? 0, unclear: told?.cannot_tell ?? 0 })}</p>}
        {asked.isSuccess && all.length === 0 && <section className="tile page-tile tg-empty"><p>{filtered ? t("decisions.none_found") : t("decisions.none")}</p>{mayAsk && !filtered && <div className="actions left"><button type="button" className="btn" onClick={() => go("/decisions/new")}>{t("decisions.new")}</button></div>}</section>}
        <ul className="al-list">{all.map((each) => <Line key={each.id} decision={each} />)}</ul>
      </main>
      {asking && mayAsk && <NewDecision onClose={() => go("/decisions")} />}
    </>
  );
}

function Line({ decision }: { decision: Decision }) {
  const words = useDecisionWords();
  const { t, names, locale } = words;
  const { goal, effect } = decision;
  const chosen = (decision.options ?? []).find((each) => each.id === decision.chosen);
  const expected = toNumber(goal?.expected);
  const against = [expected !== null ? t("decisions.expected_is", { share: sayChange(expected, false, locale) }) : "", effect && effect.share !== null && effect.share !== undefined ? t("decisions.measured_is", { share: sayChange(effect.share, false, locale) }) : ""];
  return (
    <li>
      <a className="tile al-card dc-line" href={`/decisions/${decision.id}`} onClick={follow} data-decision={decision.id} data-state={decision.state}>
        <span className="dc-mark" aria-hidden="true">◆</span>
        <b>{decision.question}</b>
        <span className="sub">{[t(`decisions.kind_${decision.kind}`), chosen?.title ?? "", goal?.metric ? names.metric(goal.metric) : "", ...against, decision.state === "in_effect" && goal?.review ? t("decisions.review_on", { day: goal.review }) : ""].filter(Boolean).join(" · ")}</span>
        <span className="al-chips"><Status level={decision.state === "open" ? "watch" : "info"}>{t(`decisions.state_${decision.state}`)}</Status>{effect && <Status level={words.level(effect)}>{words.verdict(effect)}</Status>}</span>
      </a>
    </li>
  );
}
