import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type Invitation } from "../../api/people";
import type { Problem } from "../../api/problem";
import { Icon, Status } from "../../components/Icon";
import { Message } from "../data/Message";
import { Confirm } from "./Confirm";
import { InviteDialog } from "./InviteDialog";
import { useTeams } from "./PeopleList";
import { saySight, together } from "./rules";
import { boundsOf, useKnown } from "./useBounds";
import { useTimes } from "./useTimes";

const LEVEL = { open: "info", accepted: "ok", revoked: "none", expired: "none" } as const;

/** Links that were handed out, and what became of each. */
export function Invitations() {
  const { t } = useTranslation();
  const times = useTimes();
  const queries = useQueryClient();
  const known = useKnown();
  const teams = useTeams();
  const [inviting, setInviting] = useState(false);
  const [ending, setEnding] = useState<Invitation | null>(null);
  const asked = useQuery<Invitation[], Problem>({ queryKey: ["invitations"], queryFn: peopleApi.invitations });
  const end = useMutation<unknown, Problem, string>({ mutationFn: (id) => peopleApi.revokeInvitation(id), onSuccess: () => { setEnding(null); void queries.invalidateQueries({ queryKey: ["invitations"] }); } });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  return (
    <section className="tile page-tile" aria-label={t("people.part_invitations")}>
      <div className="page-head"><p className="sub2 page-lead">{t("invite.lead")}</p><button type="button" className="btn pri" onClick={() => setInviting(true)}><Icon name="plus" size={14} />{t("invite.make")}</button></div>
      {asked.data.length === 0 && <p className="sub2 empty-hint">{t("invite.none")}</p>}
      <ul className="persons">
        {asked.data.map((each) => (
          <li key={each.id} className={each.state === "open" ? undefined : "off"}>
            <div className="who"><b className="el">{each.note || t("invite.no_note")}</b><span className="sub2">{t(`role.${each.role}`)}</span></div>
            <span className="sees sub2"><Icon name="eye" size={14} />{saySight(together([each.rules]), boundsOf(known), t)}</span>
            <span className="marks"><Status level={LEVEL[each.state]}>{t(`invite.state_${each.state}`)}</Status><span className="sub">{each.state === "open" ? t("invite.until", { day: times.day(each.expires_at) }) : times.day(each.created_at)}</span></span>
            {each.state === "open" && <button type="button" className="btn small danger" onClick={() => setEnding(each)}>{t("keys_page.revoke")}</button>}
          </li>
        ))}
      </ul>
      {ending && <Confirm title={t("invite.revoke_ask")} why={t("invite.revoke_why")} act={t("keys_page.revoke")} busy={end.isPending} problem={end.error} onAct={() => end.mutate(ending.id)} onClose={() => setEnding(null)} />}
      {inviting && <InviteDialog teams={teams.data ?? []} known={known} onClose={() => setInviting(false)} />}
    </section>
  );
}
