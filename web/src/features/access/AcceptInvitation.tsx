import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../../api/client";
import { peopleApi, type Offer } from "../../api/people";
import type { Problem } from "../../api/problem";
import { follow, go } from "../../app/location";
import { Refused } from "../people/Refused";
import { GateFrame } from "./GateFrame";
import { Secret } from "./Secret";

const SHORTEST = 12;

/** What somebody sees who opens an invitation's link: where they are invited to, and two fields. */
export function AcceptInvitation({ present, onSession }: { present: Session | null; onSession: (session: Session) => void }) {
  const { t } = useTranslation();
  const [token] = useState(() => window.location.hash.slice(1));
  const [name, setName] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const offer = useQuery<Offer, Problem>({ queryKey: ["offer", token], queryFn: () => peopleApi.offer(token), retry: false, staleTime: Infinity });
  const accept = useMutation<Session, Problem>({ mutationFn: () => peopleApi.accept(token, name.trim(), passphrase), onSuccess: (session) => { go("/", true); onSession(session); } });
  if (offer.isPending) return <main className="waiting" aria-live="polite">{t("state.loading")}</main>;
  if (offer.isError) {
    return (
      <GateFrame title={t("join.over")} lead={offer.error.offline ? t("link.gone_first") : t("join.over_why")}>
        <p><a className="btn" href="/" onClick={follow}>{t("join.to_sign_in")}</a></p>
      </GateFrame>
    );
  }
  const short = passphrase.length > 0 && passphrase.length < SHORTEST;
  return (
    <GateFrame title={t("join.title", { workspace: offer.data.workspace })} lead={t("join.lead", { role: t(`role.${offer.data.role}`), may: t(`role_may.${offer.data.role}`) })}>
      {present && <p className="sub2">{t("join.present", { name: present.me.name })}</p>}
      <form onSubmit={(event) => { event.preventDefault(); accept.mutate(); }}>
        <div className="field"><label htmlFor="name">{t("join.name")}</label><input id="name" className="input" value={name} onChange={(event) => setName(event.target.value)} autoComplete="username" required autoFocus autoCapitalize="none" spellCheck={false} maxLength={64} pattern={"\\S+"} aria-describedby="name-hint" /><span className="sub" id="name-hint">{t("join.name_hint")}</span></div>
        <Secret id="passphrase" label={t("gate.passphrase")} value={passphrase} onChange={setPassphrase} complete="new-password" wrong={short} hint={t("join.passphrase_hint", { count: SHORTEST })} />
        <Refused problem={accept.error} />
        <button type="submit" className="btn pri big" disabled={accept.isPending || short}>{t("join.enter")}</button>
      </form>
    </GateFrame>
  );
}
