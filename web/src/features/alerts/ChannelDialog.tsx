import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { channelsApi, type Channel, type ChannelTerms } from "../../api/channels";
import type { Problem } from "../../api/problem";
import { useAppearance } from "../../app/settings";
import { Segmented } from "../../components/Segmented";
import { Refused } from "../people/Refused";

const KINDS = ["email", "wecom", "dingtalk", "feishu", "slack", "webhook"] as const;
const SIGNED: readonly string[] = ["webhook", "dingtalk", "feishu"];
/** A kind as people call it; a brand that both languages write alike is no word of either. */
export const kindName = (kind: ChannelTerms["kind"], t: TFunction): string => (kind === "slack" ? "Slack" : t(`channels.kind_${kind}`));
const AGAIN = [0, 1, 2, 4, 8, 24];

/** Make a channel of one's own, or change one. The address and the secret are never shown again: left empty they stay. */
export function ChannelDialog({ channel, mails, onClose }: { channel: Channel | null; mails: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const queries = useQueryClient();
  const begun: ChannelTerms = { kind: mails ? "email" : "wecom", title: "", address: "", secret: "", least: "watch", language: locale, again: 0, most_again: 3, resolved: true, enabled: true };
  const [draft, setDraft] = useState<ChannelTerms>(channel ? { ...channel.terms, address: "", secret: "" } : begun);
  const set = (change: Partial<ChannelTerms>) => setDraft((now) => ({ ...now, ...change }));
  const whole = { ...draft, title: draft.title.trim() || kindName(draft.kind, t) };
  const keep = useMutation<unknown, Problem>({
    mutationFn: () => (channel ? channelsApi.change(channel.id, channel.version, whole) : channelsApi.make(whole)),
    onSuccess: () => { void queries.invalidateQueries({ queryKey: ["channels"] }); onClose(); },
  });
  const isMail = draft.kind === "email";
  return (
    <Modal opened onClose={onClose} title={channel ? t("channels.edit") : t("channels.new")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); keep.mutate(); }}>
        <label className="field"><span className="lbl">{t("channels.kind")}</span><select className="input" value={draft.kind} disabled={channel !== null} onChange={(event) => set({ kind: event.target.value as ChannelTerms["kind"], address: "", secret: "" })} data-kind>{KINDS.map((each) => <option key={each} value={each} disabled={each === "email" && !mails}>{kindName(each, t)}</option>)}</select>{!mails && <span className="sub">{t("channels.no_mail", { file: "castanea.toml [alerts.mail]" })}</span>}</label>
        <label className="field"><span className="lbl">{t(isMail ? "channels.mail_address" : "channels.link_address")}</span><input className="input" type={isMail ? "email" : "url"} value={draft.address} required={channel === null} placeholder={channel?.terms.address ?? (isMail ? "name@example.com" : "https://")} autoComplete="off" spellCheck={false} onChange={(event) => set({ address: event.target.value.trim() })} data-address /><span className="sub">{channel ? t("channels.stays") : t(`channels.where_${draft.kind}`)}</span></label>
        {SIGNED.includes(draft.kind) && <label className="field"><span className="lbl">{t("channels.secret")}</span><input className="input" type="password" value={draft.secret} autoComplete="new-password" onChange={(event) => set({ secret: event.target.value })} data-secret /><span className="sub">{t(channel ? "channels.stays" : "channels.secret_why")}</span></label>}
        <label className="field"><span className="lbl">{t("channels.name")}</span><input className="input" value={draft.title} maxLength={80} placeholder={whole.title} onChange={(event) => set({ title: event.target.value })} data-title /></label>
        <div className="field"><span className="lbl">{t("channels.least")}</span><Segmented label={t("channels.least")} value={draft.least} onChange={(least) => set({ least })} options={[["watch", t("channels.least_watch")], ["critical", t("channels.least_critical")]]} /></div>
        <div className="field"><span className="lbl">{t("channels.language")}</span><Segmented label={t("channels.language")} value={draft.language} onChange={(language) => set({ language })} options={[["zh-CN", "中文"], ["en", "English"]]} /></div>
        <label className="field"><span className="lbl">{t("channels.again")}</span><select className="input" value={draft.again} onChange={(event) => set({ again: Number(event.target.value) })}>{AGAIN.map((hours) => <option key={hours} value={hours}>{hours ? t("channels.again_every", { count: hours }) : t("channels.never")}</option>)}</select></label>
        <label className="checkline"><input type="checkbox" checked={draft.resolved} onChange={(event) => set({ resolved: event.target.checked })} />{t("channels.resolved")}</label>
        <Refused problem={keep.error} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={keep.isPending || (channel === null && draft.address === "")} data-save>{t("alerts.save")}</button></div>
      </form>
    </Modal>
  );
}
