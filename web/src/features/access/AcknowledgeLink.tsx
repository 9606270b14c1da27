import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { channelsApi, type LinkLook } from "../../api/channels";
import type { Problem } from "../../api/problem";
import { GateFrame } from "./GateFrame";

/** What somebody sees who opens the link of a message: which alerts it acknowledges, and as whom. Opening it does nothing; one press does. */
export function AcknowledgeLink() {
  const { t } = useTranslation();
  const [token] = useState(() => window.location.hash.slice(1));
  const looked = useQuery<LinkLook, Problem>({ queryKey: ["alert-link", token], queryFn: () => channelsApi.look(token), retry: false, staleTime: Infinity });
  const use = useMutation<LinkLook, Problem>({ mutationFn: () => channelsApi.use(token) });
  const toAlerts = <p><a className="btn" href="/alerts">{t("acknowledge.see")}</a></p>;
  if (looked.isPending) return <main className="waiting" aria-live="polite">{t("state.loading")}</main>;
  const problem = looked.error ?? use.error;
  if (problem) return <GateFrame title={t("acknowledge.over")} lead={problem.offline ? t("link.gone_first") : problem.message}>{toAlerts}</GateFrame>;
  const told = looked.data as LinkLook;
  if (use.isSuccess) return <GateFrame title={t("acknowledge.done")} lead={t("acknowledge.done_lead", { count: told.alerts, name: told.account })}>{toAlerts}</GateFrame>;
  return (
    <GateFrame title={t("acknowledge.title")} lead={t("acknowledge.lead", { count: told.alerts, name: told.account })}>
      <ul>{told.titles.map((title) => <li key={title}>{title}</li>)}{told.alerts > told.titles.length && <li>{t("acknowledge.more", { count: told.alerts - told.titles.length })}</li>}</ul>
      <p className="actions left"><button type="button" className="btn pri big" disabled={use.isPending || told.alerts === 0} onClick={() => use.mutate()} data-acknowledge>{t("acknowledge.do")}</button></p>
    </GateFrame>
  );
}
