import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../../api/contracts";
import { peopleApi, type NewLink, type Rules, type Wall } from "../../api/people";
import type { Problem } from "../../api/problem";
import { useSettings } from "../../app/settings";
import { Icon, Status } from "../../components/Icon";
import { pick } from "../../i18n";
import { useBoards } from "../boards/BoardPage";
import { CopyLink } from "./CopyLink";
import { Refused } from "./Refused";
import { NO_RULES, saySight, together } from "./rules";
import { RulesEditor } from "./RulesEditor";
import { boundsOf, useKnown } from "./useBounds";
import { useTimes } from "./useTimes";

/** Links that each show one board on a screen, without sign-in; `board` = only those of this board. */
export function WallLinks({ board }: { board?: string }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const times = useTimes();
  const queries = useQueryClient();
  const known = useKnown();
  const boards = ((useBoards().data ?? []) as unknown as BoardSpec[]).filter((each) => !each.subject);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState("");
  const [rules, setRules] = useState<Rules>(NO_RULES);
  const [bounding, setBounding] = useState(false);
  const [ending, setEnding] = useState("");
  const asked = useQuery<Wall[], Problem>({ queryKey: ["walls"], queryFn: peopleApi.walls });
  const fresh = () => void queries.invalidateQueries({ queryKey: ["walls"] });
  const on = board ?? (chosen || (boards.find((each) => each.wall) ?? boards[0])?.id || "");
  const make = useMutation<NewLink, Problem>({ mutationFn: () => peopleApi.makeWall({ name: name.trim(), board: on, rules, language, theme: "dark" }), onSuccess: () => { setName(""); setRules(NO_RULES); setBounding(false); fresh(); } });
  const end = useMutation<unknown, Problem, string>({ mutationFn: (id) => peopleApi.revokeWall(id), onSuccess: () => { setEnding(""); fresh(); } });
  const title = (id: string) => pick(boards.find((each) => each.id === id)?.title, language) || id;
  const listed = (asked.data ?? []).filter((each) => !board || each.board === board);
  return (
    <div className="walls">
      <form className="inline-form" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
        <label className="field"><span className="lbl">{t("walls.name")}</span><input className="input small" value={name} onChange={(event) => setName(event.target.value)} placeholder={t("walls.example")} maxLength={64} required /></label>
        {!board && <label className="field"><span className="lbl">{t("walls.board")}</span><select className="input small" value={on} onChange={(event) => setChosen(event.target.value)}>{boards.map((each) => <option key={each.id} value={each.id}>{pick(each.title, language)}</option>)}</select></label>}
        <button type="button" className="btn" aria-expanded={bounding} onClick={() => setBounding(!bounding)}>{t("walls.bound")}</button>
        <button type="submit" className="btn pri" disabled={make.isPending || !name.trim() || !on}><Icon name="plus" size={14} />{t("walls.make")}</button>
      </form>
      {bounding && <RulesEditor rules={rules} known={known} onChange={setRules} />}
      <Refused problem={make.error ?? end.error ?? asked.error} />
      {make.data && <div className="made"><CopyLink text={window.location.origin + make.data.path} label={t("walls.link")} why={t("walls.once")} /></div>}
      {asked.data && listed.length === 0 && !make.data && <p className="sub2 empty-hint">{t("walls.none")}</p>}
      <ul className="persons">
        {listed.map((wall) => (
          <li key={wall.id} className={wall.revoked_at ? "off" : undefined}>
            <div className="who"><b className="el">{wall.name}</b><span className="sub2">{title(wall.board)}</span></div>
            <span className="sees sub2"><Icon name="eye" size={14} />{saySight(together([wall.rules]), boundsOf(known), t)}</span>
            <span className="marks">{wall.revoked_at ? <Status level="none">{t("keys_page.revoked")}</Status> : <Status level="ok">{t("keys_page.valid")}</Status>}<span className="sub">{wall.used_at ? t("walls.opened", { ago: times.ago(wall.used_at) }) : t("walls.never_opened")}</span></span>
            {!wall.revoked_at && (ending === wall.id
              ? <span className="marks row"><button type="button" className="btn small" onClick={() => setEnding("")} autoFocus>{t("keys_page.keep")}</button><button type="button" className="btn small danger" disabled={end.isPending} onClick={() => end.mutate(wall.id)}>{t("walls.go_dark")}</button></span>
              : <button type="button" className="btn small danger" onClick={() => setEnding(wall.id)}>{t("keys_page.revoke")}</button>)}
          </li>
        ))}
      </ul>
    </div>
  );
}
