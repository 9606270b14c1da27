import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type Rules, type Team } from "../../api/people";
import type { Problem } from "../../api/problem";
import { can, useSession } from "../../app/session";
import { Icon } from "../../components/Icon";
import { Message } from "../data/Message";
import { Confirm } from "./Confirm";
import { usePeople, useTeams } from "./PeopleList";
import { Refused } from "./Refused";
import { NO_RULES, saySight, together } from "./rules";
import { RulesEditor } from "./RulesEditor";
import { boundsOf, useKnown, type Known } from "./useBounds";

function TeamDialog({ team, known, onClose }: { team: Team | null; known: Known; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState(team?.name ?? "");
  const [rules, setRules] = useState<Rules>(team?.rules ?? NO_RULES);
  const save = useMutation<unknown, Problem>({
    mutationFn: () => (team ? peopleApi.changeTeam(team.id, { name: name.trim(), rules }) : peopleApi.makeTeam({ name: name.trim(), rules })),
    onSuccess: () => { void queries.invalidateQueries({ queryKey: ["teams"] }); void queries.invalidateQueries({ queryKey: ["people"] }); onClose(); },
  });
  return (
    <Modal opened onClose={onClose} title={team ? team.name : t("teams.make")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
        <label className="field"><span className="lbl">{t("teams.name")}</span><input className="input small" value={name} onChange={(event) => setName(event.target.value)} placeholder={t("teams.example")} maxLength={64} required data-autofocus /></label>
        <p className="sub2">{t("teams.rules_why")}</p>
        <RulesEditor rules={rules} known={known} onChange={setRules} />
        <Refused problem={save.error} />
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={save.isPending || !name.trim()}>{t("people.save")}</button></div>
      </form>
    </Modal>
  );
}

/** People who work together, and what all of them may see. */
export function Teams() {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const manages = can(session, "people:manage");
  const teams = useTeams();
  const people = usePeople();
  const known = useKnown(manages);
  const [open, setOpen] = useState<Team | "new" | null>(null);
  const [ending, setEnding] = useState<Team | null>(null);
  const end = useMutation<unknown, Problem, string>({ mutationFn: (id) => peopleApi.removeTeam(id), onSuccess: () => { setEnding(null); void queries.invalidateQueries({ queryKey: ["teams"] }); void queries.invalidateQueries({ queryKey: ["people"] }); } });
  if (teams.isPending || teams.isError) return <Message problem={teams.error} />;
  const members = (team: Team) => team.members.map((id) => people.data?.find((person) => person.id === id)?.name).filter(Boolean).join(t("rules.comma"));
  return (
    <section className="tile page-tile" aria-label={t("people.part_teams")}>
      <div className="page-head"><p className="sub2 page-lead">{t("teams.lead")}</p>{manages && <button type="button" className="btn pri" onClick={() => setOpen("new")}><Icon name="plus" size={14} />{t("teams.make")}</button>}</div>
      {teams.data.length === 0 && <p className="sub2 empty-hint">{t("teams.none")}</p>}
      <ul className="persons">
        {teams.data.map((team) => (
          <li key={team.id}>
            <div className="who"><b className="el">{team.name}</b><span className="sub2">{team.members.length ? members(team) : t("teams.nobody")}</span></div>
            {team.rules && <span className="sees sub2"><Icon name="eye" size={14} />{saySight(together([team.rules]), boundsOf(known), t)}</span>}
            {manages && <span className="marks row"><button type="button" className="btn small" onClick={() => setOpen(team)} aria-label={t("people.change_name", { name: team.name })}>{t("people.change")}</button><button type="button" className="btn small danger" onClick={() => setEnding(team)}>{t("teams.remove")}</button></span>}
          </li>
        ))}
      </ul>
      {open && <TeamDialog team={open === "new" ? null : open} known={known} onClose={() => setOpen(null)} />}
      {ending && <Confirm title={t("teams.remove_ask", { name: ending.name })} why={t("teams.remove_why")} act={t("teams.remove")} busy={end.isPending} problem={end.error} onAct={() => end.mutate(ending.id)} onClose={() => setEnding(null)} />}
    </section>
  );
}
