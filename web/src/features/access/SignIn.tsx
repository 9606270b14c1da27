import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Session } from "../../api/client";
import { peopleApi } from "../../api/people";
import type { Problem } from "../../api/problem";
import { usePlace } from "../../app/location";
import { Refused } from "../people/Refused";
import { GateFrame } from "./GateFrame";
import { Secret } from "./Secret";

const LAST = "castanea.name";
const CODE = "access.code_needed";

function lastName(): string {
  try {
    return localStorage.getItem(LAST) ?? "owner";
  } catch {
    return "owner";
  }
}

/** The first page: who are you. What is wrong is said beside the field, and nothing typed is lost. */
export function SignIn({ onSession }: { onSession: (session: Session) => void }) {
  const { t } = useTranslation();
  const { path, query } = usePlace();
  const [name, setName] = useState(lastName);
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const ways = useQuery({ queryKey: ["ways"], queryFn: peopleApi.ways, staleTime: Infinity });
  const attempt = useMutation<Session, Problem>({
    mutationFn: () => api.signIn(name.trim(), passphrase, asksCode ? code.trim() : ""),
    onSuccess: (session) => {
      try {
        localStorage.setItem(LAST, session.me.name);
      } catch {
        // A browser without storage is asked for the name again.
      }
      onSession(session);
    },
    onError: (problem) => problem.code === CODE && setAsksCode(true),
  });
  const problem = attempt.error?.code === CODE ? null : attempt.error;
  const again = path === "/sign-in" ? "/" : path + window.location.search;
  const failed = query.get("problem");
  return (
    <GateFrame title={t("gate.title")} lead={t("gate.lead")}>
      <form onSubmit={(event) => { event.preventDefault(); attempt.mutate(); }}>
        <div className="field"><label htmlFor="name">{t("gate.name")}</label><input id="name" className="input" value={name} onChange={(event) => setName(event.target.value)} autoComplete="username" required autoCapitalize="none" spellCheck={false} maxLength={64} /></div>
        <Secret id="passphrase" label={t("gate.passphrase")} value={passphrase} onChange={setPassphrase} complete="current-password" wrong={problem?.code === "access.sign_in_failed"} focus />
        {asksCode && (
          <div className="field"><label htmlFor="code">{t("gate.code")}</label>
            <input id="code" className="input mono" value={code} onChange={(event) => setCode(event.target.value)} autoComplete="one-time-code" inputMode="text" required autoFocus maxLength={32} spellCheck={false} autoCapitalize="none" aria-invalid={problem?.code === "access.code_refused" || undefined} aria-describedby="code-hint" />
            <span className="sub" id="code-hint">{t("gate.code_hint")}</span>
          </div>
        )}
        <Refused problem={problem} />
        {failed && !problem && <p role="alert" className="refused">{t(`provider.${failed.replace("provider.", "") as "failed"}`, { defaultValue: t("provider.failed") })}</p>}
        <button type="submit" className="btn pri big" disabled={attempt.isPending}>{attempt.isPending ? t("gate.waiting") : t("gate.enter")}</button>
        {ways.data?.provider && <a className="btn big" href={`/api/v1/provider/start?next=${encodeURIComponent(again)}`}>{t("gate.with", { provider: ways.data.provider })}</a>}
        <p className="sub">{t("gate.where")}</p>
      </form>
    </GateFrame>
  );
}
