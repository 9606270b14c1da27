import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type NewLink, type Role, type Rules, type Team } from "../../api/people";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { Segmented } from "../../components/Segmented";
import { CopyLink } from "./CopyLink";
import { Refused } from "./Refused";
import { isBound, RoleChoice } from "./Roles";
import { NO_RULES } from "./rules";
import { RulesEditor } from "./RulesEditor";
import { TeamChoice } from "./TeamChoice";
import type { Known } from "./useBounds";

const DAYS = ["1", "7", "30"] as const;

/** A link with which one person makes their account: as what, in which teams, seeing what; shown once. */
export function InviteDialog({ teams, known, onClose }: { teams: readonly Team[]; known: Known; onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("member");
  const [chosen, setChosen] = useState<string[]>([]);
  const [rules, setRules] = useState<Rules>(NO_RULES);
  const [note, setNote] = useState("");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const make = useMutation<NewLink, Problem>({
    mutationFn: () => peopleApi.invite({ role, teams: chosen, rules: isBound(role) ? rules : NO_RULES, note: note.trim(), days: Number(days) }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["invitations"] }),
  });
  return (
    <Modal opened onClose={onClose} title={t("invite.title")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      {make.data ? (
        <CopyLink text={window.location.origin + make.data.path} label={t("invite.link")} why={t("invite.once", { count: Number(days) })}>
          <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("invite.done")}</button></div>
        </CopyLink>
      ) : (
        <form className="form" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
          <label className="field"><span className="lbl">{t("invite.note")}</span><input className="input small" value={note} onChange={(event) => setNote(event.target.value)} placeholder={t("invite.note_example")} maxLength={160} data-autofocus /></label>
          <RoleChoice mine={session?.me.role} value={role} onChange={setRole} />
          <TeamChoice teams={teams} chosen={chosen} onChange={setChosen} />
          {isBound(role) ? <RulesEditor rules={rules} others={teams.filter((team) => chosen.includes(team.id)).map((team) => team.rules ?? NO_RULES)} known={known} onChange={setRules} /> : <p className="sub2">{t("rules.unbound")}</p>}
          <div className="field"><span className="lbl">{t("invite.good_for")}</span><Segmented label={t("invite.good_for")} value={days} onChange={setDays} options={DAYS.map((each) => [each, t("invite.days", { count: Number(each) })] as const)} /></div>
          <Refused problem={make.error} />
          <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={make.isPending}>{t("invite.make_link")}</button></div>
        </form>
      )}
    </Modal>
  );
}
