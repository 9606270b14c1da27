import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../../api/client";
import { peopleApi, type NewFactor } from "../../api/people";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { announce } from "../../components/announce";
import { Icon, Status } from "../../components/Icon";
import { Refused } from "../people/Refused";
import { Secret } from "./Secret";

/** Drawn from the server's cells; on white in both themes, for a camera needs the contrast. */
function Qr({ factor }: { factor: NewFactor }) {
  const { t } = useTranslation();
  const { size, path } = factor.qr;
  return <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("factor.qr")} shapeRendering="crispEdges"><rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" /></svg>;
}

function Codes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const text = codes.join("\n");
  return (
    <div className="form">
      <p className="sub2">{t("factor.codes_why")}</p>
      <ul className="codes" data-codes>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <div className="actions left">
        <button type="button" className="btn" onClick={() => void navigator.clipboard?.writeText(text).then(() => announce(t("tile.copied")))}><Icon name="copy" size={14} />{t("keys_page.copy")}</button>
        <a className="btn" download="castanea-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>{t("factor.download")}</a>
        <button type="button" className="btn pri" onClick={onDone}>{t("factor.kept")}</button>
      </div>
    </div>
  );
}

/** A code of one's phone beside the passphrase: set up, codes to fall back on, taken away. */
export function SecondFactor() {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const [code, setCode] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [proving, setProving] = useState<"codes" | "off" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const on = session?.me.second_factor ?? false;
  const know = (second_factor: boolean, codes_left: number) => queries.setQueryData<Session | null>(["session"], (now) => (now ? { ...now, me: { ...now.me, second_factor, codes_left } } : now));
  const clear = () => { setPassphrase(""); setCode(""); setProving(null); };
  const begin = useMutation<NewFactor, Problem>({ mutationFn: peopleApi.newFactor });
  const keep = useMutation<{ codes: string[] }, Problem>({
    mutationFn: () => peopleApi.keepFactor(begin.data?.secret ?? "", code.trim(), passphrase),
    onSuccess: (made) => { setCodes(made.codes); begin.reset(); clear(); know(true, made.codes.length); },
  });
  const prove = useMutation<{ codes: string[] } | unknown, Problem>({
    mutationFn: () => (proving === "off" ? peopleApi.factorOff(passphrase) : peopleApi.newCodes(passphrase)),
    onSuccess: (made) => { const fresh = proving === "codes" ? (made as { codes: string[] }).codes : null; setCodes(fresh); clear(); know(fresh !== null, fresh?.length ?? 0); },
  });
  const form = (act: string, mutation: typeof keep | typeof prove, inner?: React.ReactNode, cancel?: () => void, danger = false) => (
    <form className="form narrow" onSubmit={(event) => { event.preventDefault(); mutation.mutate(); }}>
      {inner}
      <Secret label={t("gate.passphrase")} value={passphrase} onChange={setPassphrase} complete="current-password" wrong={mutation.error?.code === "access.passphrase_wrong"} />
      <Refused problem={mutation.error} />
      <div className="actions left"><button type="button" className="btn" onClick={cancel}>{t("people.cancel")}</button><button type="submit" className={danger ? "btn danger" : "btn pri"} disabled={mutation.isPending}>{act}</button></div>
    </form>
  );
  return (
    <section className="tile part" aria-labelledby="part-factor">
      <h2 id="part-factor">{t("factor.title")}{on && <Status level="ok">{t("factor.on")}</Status>}</h2>
      {codes ? <Codes codes={codes} onDone={() => setCodes(null)} />
        : begin.data ? (
          <div className="factor">
            <Qr factor={begin.data} />
            <div className="form">
              <p className="sub2">{t("factor.scan")}</p>
              <p className="sub">{t("factor.by_hand")} <code>{begin.data.secret.match(/.{1,4}/g)?.join(" ")}</code></p>
              {form(t("factor.keep"), keep, <div className="field"><label htmlFor="new-code">{t("factor.code")}</label><input id="new-code" className="input mono" value={code} onChange={(event) => setCode(event.target.value)} inputMode="numeric" autoComplete="one-time-code" pattern="[0-9 ]{6,8}" required autoFocus aria-invalid={keep.error?.code === "access.code_wrong" || undefined} /></div>, () => { begin.reset(); clear(); })}
            </div>
          </div>
        )
        : proving ? form(t(proving === "off" ? "factor.off" : "factor.new_codes"), prove, <p className="sub2">{t(proving === "off" ? "factor.off_why" : "factor.new_codes_why")}</p>, clear, proving === "off")
        : on ? <><p className="sub2">{t("factor.left", { count: session?.me.codes_left ?? 0 })}</p><div className="actions left"><button type="button" className="btn" onClick={() => setProving("codes")}>{t("factor.new_codes")}</button><button type="button" className="btn danger" onClick={() => setProving("off")}>{t("factor.off")}</button></div></>
        : session?.me.passphrase === false ? <p className="sub2">{t("factor.at_provider")}</p>
        : <><p className="sub2">{t("factor.why")}</p><Refused problem={begin.error} /><div><button type="button" className="btn" disabled={begin.isPending} onClick={() => begin.mutate()}>{t("factor.begin")}</button></div></>}
    </section>
  );
}
