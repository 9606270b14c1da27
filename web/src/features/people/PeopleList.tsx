import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type Person, type Team } from "../../api/people";
import type { Problem } from "../../api/problem";
import { can, useSession } from "../../app/session";
import { Icon, Status } from "../../components/Icon";
import { Message } from "../data/Message";
import { InviteDialog } from "./InviteDialog";
import { PersonDialog } from "./PersonDialog";
import { Refused } from "./Refused";
import { mayManage } from "./Roles";
import { saySight } from "./rules";
import { boundsOf, useKnown } from "./useBounds";
import { useTimes } from "./useTimes";

export function useTeams(enabled = true) {
  return useQuery<Team[], Problem>({ queryKey: ["teams"], queryFn: peopleApi.teams, enabled });
}

export function usePeople() {
  return useQuery<Person[], Problem>({ queryKey: ["people"], queryFn: peopleApi.people });
}

/** Everybody with an account; who manages people sees and changes what each may see. */
export function PeopleList() {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const times = useTimes();
  const manages = can(session, "people:manage");
  const people = usePeople();
  const teams = useTeams();
  const known = useKnown(manages);
  const [open, setOpen] = useState<Person | null>(null);
  const [inviting, setInviting] = useState(false);
  const back = useMutation<unknown, Problem, string>({ mutationFn: (id) => peopleApi.change(id, { disabled: false }), onSuccess: () => queries.invalidateQueries({ queryKey: ["people"] }) });
  if (people.isPending || people.isError) return <Message problem={people.error} />;
  const named = (ids: readonly string[]) => ids.map((id) => teams.data?.find((team) => team.id === id)?.name).filter(Boolean).join(t("rules.comma"));
  const alone = people.data.length === 1;
  return (
    <section className="tile page-tile" aria-label={t("people.title")}>
      <div className="page-head"><p className="sub2 page-lead">{manages ? t("people.lead") : t("people.lead_read")}</p>{manages && <button type="button" className="btn pri" onClick={() => setInviting(true)}><Icon name="plus" size={14} />{t("invite.make")}</button>}</div>
      <Refused problem={back.error} />
      <ul className="persons">
        {people.data.map((person) => {
          const changeable = manages && mayManage(session?.me.role, person.role);
          return (
            <li key={person.id} className={person.disabled ? "off" : undefined}>
              <span className="ava" aria-hidden="true">{(person.name[0] ?? "").toUpperCase()}</span>
              <div className="who"><b className="el">{person.name}</b>{person.id === session?.me.id && <span className="sub">{t("people.you")}</span>}<span className="sub2">{t(`role.${person.role}`)}{person.teams.length > 0 && ` · ${named(person.teams)}`}</span></div>
              {person.sight && <span className="sees sub2"><Icon name="eye" size={14} />{saySight(person.sight, boundsOf(known), t)}</span>}
              {manages && <span className="marks">{person.disabled ? <Status level="none">{t("people.off")}</Status> : person.second_factor ? <Status level="ok">{t("people.two_steps")}</Status> : null}<span className="sub">{person.disabled ? "" : person.seen_at ? t("people.seen", { ago: times.ago(person.seen_at) }) : t("people.not_signed_in")}</span></span>}
              {changeable && (person.disabled
                ? <button type="button" className="btn small" disabled={back.isPending} onClick={() => back.mutate(person.id)}>{t("people.let_back")}</button>
                : <button type="button" className="btn small" onClick={() => setOpen(person)} aria-label={t("people.change_name", { name: person.name })}>{t("people.change")}</button>)}
            </li>
          );
        })}
      </ul>
      {alone && manages && <p className="sub2 empty-hint">{t("people.alone")}</p>}
      {open && <PersonDialog person={open} teams={teams.data ?? []} known={known} onClose={() => setOpen(null)} />}
      {inviting && <InviteDialog teams={teams.data ?? []} known={known} onClose={() => setInviting(false)} />}
    </section>
  );
}
