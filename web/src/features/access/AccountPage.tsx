import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type SignedIn } from "../../api/people";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { change, resolvedDirection, useSettings, type Direction, type Theme } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { announce } from "../../components/announce";
import { Icon, Status } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { Refused } from "../people/Refused";
import { useTimes } from "../people/useTimes";
import { browserOf } from "./browser";
import { Secret } from "./Secret";
import { SecondFactor } from "./SecondFactor";

const SHORTEST = 12;

function Passphrase() {
  const { t } = useTranslation();
  const { session, signedOut } = useSession();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const save = useMutation<unknown, Problem>({ mutationFn: () => peopleApi.changePassphrase(current, next), onSuccess: () => { announce(t("account.passphrase_changed")); signedOut(); } });
  const short = next.length > 0 && next.length < SHORTEST;
  return (
    <section className="tile part" aria-labelledby="part-passphrase">
      <h2 id="part-passphrase">{t("gate.passphrase")}</h2>
      {session?.me.passphrase === false ? <p className="sub2">{t("account.no_passphrase")}</p> : (
        <form className="form narrow" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
          <input className="sr" type="text" autoComplete="username" value={session?.me.name ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
          <Secret label={t("account.current")} value={current} onChange={setCurrent} complete="current-password" wrong={save.error?.code === "access.passphrase_wrong"} />
          <Secret label={t("account.next")} value={next} onChange={setNext} complete="new-password" wrong={short} hint={t("join.passphrase_hint", { count: SHORTEST })} />
          <Refused problem={save.error} />
          <p className="sub">{t("account.passphrase_ends")}</p>
          <div><button type="submit" className="btn" disabled={save.isPending || !current || !next || short}>{t("account.change_passphrase")}</button></div>
        </form>
      )}
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const { signedOut } = useSession();
  const times = useTimes();
  const queries = useQueryClient();
  const [all, setAll] = useState(false);
  const asked = useQuery<SignedIn[], Problem>({ queryKey: ["sessions"], queryFn: peopleApi.sessions, staleTime: 0 });
  const end = useMutation<unknown, Problem, string>({ mutationFn: (id) => peopleApi.endSession(id), onSuccess: () => { announce(t("account.ended")); void queries.invalidateQueries({ queryKey: ["sessions"] }); } });
  const endAll = useMutation<unknown, Problem>({ mutationFn: () => peopleApi.endAllSessions(), onSuccess: signedOut });
  return (
    <section className="tile part" aria-labelledby="part-sessions">
      <h2 id="part-sessions">{t("account.sessions")}</h2>
      <Refused problem={asked.error ?? end.error ?? endAll.error} />
      <ul className="persons">
        {(asked.data ?? []).map((each) => {
          const browser = browserOf(each.agent);
          return (
            <li key={each.id}>
              <div className="who"><b className="el">{browser || t("account.unknown_browser")}</b><span className="sub2">{t("account.since", { day: times.day(each.created_at) })}</span></div>
              <span className="marks">{each.here ? <Status level="ok">{t("account.here")}</Status> : <span className="sub">{t("people.seen", { ago: times.ago(each.seen_at) })}</span>}</span>
              {!each.here && <button type="button" className="btn small" disabled={end.isPending} onClick={() => end.mutate(each.id)} aria-label={t("account.end_name", { browser: browser || t("account.unknown_browser") })}>{t("account.end")}</button>}
            </li>
          );
        })}
      </ul>
      {(asked.data?.length ?? 0) > 1 && (all
        ? <div className="actions left"><span className="sub2">{t("account.end_all_why")}</span><button type="button" className="btn" onClick={() => setAll(false)} autoFocus>{t("keys_page.keep")}</button><button type="button" className="btn danger" onClick={() => endAll.mutate()}>{t("account.end_all")}</button></div>
        : <div><button type="button" className="btn danger" onClick={() => setAll(true)}>{t("account.end_all")}</button></div>)}
    </section>
  );
}

function Display() {
  const { t } = useTranslation();
  const settings = useSettings();
  return (
    <section className="tile part" aria-labelledby="part-display">
      <h2 id="part-display">{t("settings.title")}</h2>
      <div className="form narrow">
        <div className="field"><span className="lbl">{t("settings.language")}</span><Segmented wide label={t("settings.language")} value={settings.language} onChange={(language) => change({ language })} options={[["zh-CN", "中文"], ["en", "English"]]} /></div>
        <div className="field"><span className="lbl">{t("settings.theme")}</span><Segmented<Theme> wide label={t("settings.theme")} value={settings.theme} onChange={(theme) => change({ theme })} options={[["system", t("settings.system")], ["light", t("settings.light")], ["dark", t("settings.dark")]]} /></div>
        <div className="field"><span className="lbl">{t("settings.direction")}</span><Segmented<Direction> wide label={t("settings.direction")} value={resolvedDirection()} onChange={(direction) => change({ direction })} options={[["red-up", t("settings.red_up")], ["green-up", t("settings.green_up")], ["blue-up", t("settings.blue_up")]]} /></div>
      </div>
    </section>
  );
}

/** What is one's own: passphrase, second step, where one is signed in, how things look. */
export function AccountPage() {
  const { t } = useTranslation();
  const { session, leave } = useSession();
  if (!session) return null;
  return (
    <>
      <TopBar title={t("account.title")} actions={<button type="button" className="btn" onClick={leave}><Icon name="out" size={14} />{t("account.sign_out")}</button>} />
      <main className="page" id="content">
        <section className="tile part" aria-label={t("account.title")}>
          <div className="me-line"><span className="ava big" aria-hidden="true">{(session.me.name[0] ?? "").toUpperCase()}</span><div><b>{session.me.name}</b><p className="sub2">{t(`role.${session.me.role as "owner"}`)}{t("rules.colon")}{t(`role_may.${session.me.role as "owner"}`)}</p></div></div>
        </section>
        <div className="parts-2">
          <div><SecondFactor /><Sessions /></div>
          <div><Passphrase /><Display /></div>
        </div>
      </main>
    </>
  );
}
