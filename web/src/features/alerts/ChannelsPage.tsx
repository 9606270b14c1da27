import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { channelsApi, type Channel, type ChannelList, type SentMessage } from "../../api/channels";
import type { Problem } from "../../api/problem";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useAppearance } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { announce } from "../../components/announce";
import { Icon, Status } from "../../components/Icon";
import { Refused } from "../people/Refused";
import { useTimes } from "../people/useTimes";
import { ChannelDialog, kindName } from "./ChannelDialog";
import "./alerts.css";

const LEVELS = { waiting: "info", sending: "info", sent: "ok", failed: "critical", unknown: "watch" } as const;

/** The ways by which one is told of alerts: one's own, tried with a message that tells of nothing. */
export function ChannelsPage() {
  const { t } = useTranslation();
  const { session } = useSession();
  const { screen } = useAppearance();
  const [edited, setEdited] = useState<Channel | "new" | null>(null);
  const asked = useQuery<ChannelList, Problem>({ queryKey: ["channels"], queryFn: channelsApi.all, refetchOnMount: "always" });
  const mayAct = can(session, "alerts:act");
  const channels = asked.data?.channels ?? [];
  return (
    <>
      <TopBar title={t("channels.title")} actions={mayAct && <button type="button" className="btn pri" aria-label={t("channels.new")} onClick={() => setEdited("new")} data-new-channel><Icon name="plus" size={14} />{screen !== "phone" && t("channels.new")}</button>} />
      <main className="page" id="content">
        <p className="sub al-crumb"><a href="/alerts" onClick={follow}>{t("alerts.title")}</a> / {t("channels.title")}</p>
        <p className="sub2 page-lead">{t("channels.lead")}</p>
        <Refused problem={asked.error} />
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}
        {asked.isSuccess && !asked.data.links && <p className="sub page-lead">{t("channels.no_links", { file: "castanea.toml [alerts]" })}</p>}
        {asked.isSuccess && channels.length === 0 && <section className="tile page-tile al-calm"><Icon name="bell" size={18} /><p>{t("channels.none")}</p></section>}
        <ul className="al-list">{channels.map((channel) => <OneChannel key={channel.id} channel={channel} mayAct={mayAct} onEdit={() => setEdited(channel)} />)}</ul>
      </main>
      {edited && <ChannelDialog channel={edited === "new" ? null : edited} mails={asked.data?.mail ?? false} onClose={() => setEdited(null)} />}
    </>
  );
}

function OneChannel({ channel, mayAct, onEdit }: { channel: Channel; mayAct: boolean; onEdit: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [shown, setShown] = useState(false);
  const [sure, setSure] = useState(false);
  const { terms } = channel;
  const anew = () => { for (const key of ["channels", "channel-messages"]) void queries.invalidateQueries({ queryKey: [key] }); };
  const tryOut = useMutation<unknown, Problem>({ mutationFn: () => channelsApi.tryOut(channel.id), onSuccess: () => { announce(t("channels.trial_sent")); setShown(true); }, onSettled: anew });
  const remove = useMutation<unknown, Problem>({ mutationFn: () => channelsApi.remove(channel.id), onSettled: anew });
  const turn = useMutation<unknown, Problem>({ mutationFn: () => channelsApi.change(channel.id, channel.version, { ...terms, address: "", secret: "", enabled: !terms.enabled }), onSettled: anew });
  return (
    <li className="tile al-rule" data-channel={channel.id}>
      <b>{terms.title}</b>
      <span className="sub">{[kindName(terms.kind, t), terms.address, t(`channels.least_${terms.least}`), terms.again ? t("channels.again_every", { count: terms.again }) : "", terms.resolved ? t("channels.with_end") : ""].filter(Boolean).join(" · ")}</span>
      <span className="al-chips">{!terms.enabled && <Status level="none">{t("alerts.off")}</Status>}{channel.problem && <Status level="critical">{channel.problem}</Status>}</span>
      <Refused problem={tryOut.error ?? remove.error ?? turn.error} />
      <span className="actions left">
        {mayAct && !sure && (
          <>
            <button type="button" className="btn" disabled={tryOut.isPending} onClick={() => tryOut.mutate()} data-try>{t("channels.try")}</button>
            <button type="button" className="btn" onClick={onEdit} data-edit>{t("channels.edit")}</button>
            <button type="button" className="btn" disabled={turn.isPending} onClick={() => turn.mutate()}>{terms.enabled ? t("alerts.switch_off") : t("alerts.switch_on")}</button>
            <button type="button" className="btn" onClick={() => setSure(true)} data-remove>{t("channels.remove")}</button>
          </>
        )}
        {sure && (
          <>
            <span className="sub2">{t("channels.remove_why")}</span>
            <button type="button" className="btn" onClick={() => setSure(false)} autoFocus>{t("people.cancel")}</button>
            <button type="button" className="btn danger" disabled={remove.isPending} onClick={() => remove.mutate()} data-remove-sure>{t("channels.remove")}</button>
          </>
        )}
        <button type="button" className="btn" aria-expanded={shown} onClick={() => setShown(!shown)} data-messages>{t("channels.messages")}</button>
      </span>
      {shown && <Messages channel={channel.id} />}
    </li>
  );
}

/** What became of the newest messages; looked at anew while one is under way. */
function Messages({ channel }: { channel: string }) {
  const { t } = useTranslation();
  const times = useTimes();
  const asked = useQuery<SentMessage[], Problem>({
    queryKey: ["channel-messages", channel], queryFn: () => channelsApi.messages(channel), refetchOnMount: "always",
    refetchInterval: (query) => ((query.state.data ?? []).some((message) => message.state === "waiting" || message.state === "sending") ? 1000 : false),
  });
  if (asked.isSuccess && asked.data.length === 0) return <p className="sub">{t("channels.no_messages")}</p>;
  return (
    <>
      <Refused problem={asked.error} />
      <ul className="al-story" aria-live="polite" data-sent>
        {(asked.data ?? []).slice(0, 10).map((message) => (
          <li key={message.id} data-state={message.state}><Status level={LEVELS[message.state]}>{t(`channels.state_${message.state}`)}</Status> <span className="sub">{[t(`channels.occasion_${message.occasion as "fired"}`), message.alerts ? t("channels.count", { count: message.alerts }) : "", times.day(message.sent_at ?? message.made_at), message.problem].filter(Boolean).join(" · ")}</span></li>
        ))}
      </ul>
    </>
  );
}
