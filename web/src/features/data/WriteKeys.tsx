import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type WriteKey } from "../../api/client";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { announce } from "../../components/announce";
import { Icon, Status } from "../../components/Icon";
import { UNKNOWN } from "../../format/number";
import { clock, dayName } from "../../format/time";
import { Message } from "./Message";

/** Keys with which programs send events: made once, shown once, revoked at any time. */
export function WriteKeys() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [token, setToken] = useState("");
  const [revoking, setRevoking] = useState<WriteKey | null>(null);
  const asked = useQuery<WriteKey[], Problem>({ queryKey: ["write-keys"], queryFn: api.writeKeys });
  const fresh = () => queries.invalidateQueries({ queryKey: ["write-keys"] });
  const create = useMutation<{ token: string }, Problem>({ mutationFn: () => api.createWriteKey(name.trim()), onSuccess: (made) => { setToken(made.token); setName(""); void fresh(); } });
  const revoke = useMutation<WriteKey, Problem, string>({ mutationFn: (id) => api.revokeWriteKey(id), onSuccess: () => { setRevoking(null); void fresh(); } });
  const time = (at: string | null | undefined) => (at ? `${dayName(new Date(at), zone, language)} ${clock(new Date(at), zone)}` : UNKNOWN);
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  return (
    <section className="tile page-tile" aria-label={t("data.part_keys")}>
      <p className="sub2 page-lead">{t("keys_page.lead")}</p>
      <form className="inline-form" onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
        <label className="field"><span className="lbl">{t("keys_page.name")}</span><input className="input small" value={name} onChange={(event) => setName(event.target.value)} placeholder={t("keys_page.example")} maxLength={64} required /></label>
        <button type="submit" className="btn pri" disabled={create.isPending || !name.trim()}><Icon name="plus" size={14} />{t("keys_page.create")}</button>
      </form>
      {create.error && <p className="refused" role="alert">{create.error.message || t("state.error")}</p>}
      {token && (
        <div className="banner info">
          <div className="token"><b>{t("keys_page.once")}</b><code>{token}</code></div>
          <button type="button" className="btn small" onClick={() => void navigator.clipboard?.writeText(token).then(() => announce(t("tile.copied")))}><Icon name="copy" size={14} />{t("keys_page.copy")}</button>
          <button type="button" className="btn small quiet" onClick={() => setToken("")}>{t("keys_page.kept")}</button>
        </div>
      )}
      {asked.data.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={t("data.part_keys")}>
          <table className="tbl">
            <thead><tr><th scope="col">{t("keys_page.name")}</th><th scope="col">{t("keys_page.created")}</th><th scope="col">{t("keys_page.used")}</th><th scope="col">{t("data.state")}</th><th scope="col"><span className="sr">{t("keys_page.revoke")}</span></th></tr></thead>
            <tbody>
              {asked.data.map((key) => (
                <tr key={key.id} className={key.revoked_at ? "rest" : undefined}>
                  <th scope="row">{key.name}</th><td>{time(key.created_at)}</td><td>{time(key.used_at)}</td>
                  <td>{key.revoked_at ? <Status level="none">{t("keys_page.revoked")}</Status> : <Status level="ok">{t("keys_page.valid")}</Status>}</td>
                  <td className="num">{!key.revoked_at && <button type="button" className="btn small danger" onClick={() => setRevoking(key)}>{t("keys_page.revoke")}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Modal opened={revoking !== null} onClose={() => setRevoking(null)} title={t("keys_page.revoke_ask", { name: revoking?.name ?? "" })} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
        <p className="sub2">{t("keys_page.revoke_why")}</p>
        {revoke.error && <p className="refused" role="alert">{revoke.error.message || t("state.error")}</p>}
        <div className="actions"><button type="button" className="btn" onClick={() => setRevoking(null)}>{t("keys_page.keep")}</button><button type="button" className="btn danger" disabled={revoke.isPending} onClick={() => revoking && revoke.mutate(revoking.id)}>{t("keys_page.revoke")}</button></div>
      </Modal>
    </section>
  );
}
