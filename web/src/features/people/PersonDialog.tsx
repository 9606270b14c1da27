import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi, type Person, type Rules, type Team } from "../../api/people";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { announce } from "../../components/announce";
import { Refused } from "./Refused";
import { isBound, RoleChoice } from "./Roles";
import { NO_RULES } from "./rules";
import { RulesEditor } from "./RulesEditor";
import { TeamChoice } from "./TeamChoice";
import type { Known } from "./useBounds";

type Step = "edit" | "out" | "sign_out";

/** One person: role, teams, what they may see; signing them out, and putting them out. What changes is said before it is done. */
export function PersonDialog({ person, teams, known, onClose }: { person: Person; teams: readonly Team[]; known: Known; onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>("edit");
  const [role, setRole] = useState(person.role);
  const [mine, setMine] = useState(person.teams);
  const [rules, setRules] = useState<Rules>(person.rules ?? NO_RULES);
  const itself = person.id === session?.me.id;
  const done = (said: string) => { announce(said); void queries.invalidateQueries({ queryKey: ["people"] }); void queries.invalidateQueries({ queryKey: ["teams"] }); onClose(); };
  const save = useMutation<unknown, Problem>({ mutationFn: () => peopleApi.change(person.id, { role, teams: mine, rules: isBound(role) ? rules : NO_RULES }), onSuccess: () => done(t("people.saved", { name: person.name })) });
  const out = useMutation<unknown, Problem>({ mutationFn: () => peopleApi.change(person.id, { disabled: true }), onSuccess: () => done(t("people.is_out", { name: person.name })) });
  const signOut = useMutation<unknown, Problem>({ mutationFn: () => peopleApi.endSessions(person.id), onSuccess: () => done(t("people.signed_out", { name: person.name })) });
  const act = step === "out" ? out : signOut;
  return (
    <Modal opened onClose={onClose} title={person.name} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      {step === "edit" ? (
        <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
          {itself ? <p className="sub2">{t("people.itself")}</p> : <RoleChoice mine={session?.me.role} value={role} onChange={setRole} />}
          <TeamChoice teams={teams} chosen={mine} onChange={setMine} />
          {isBound(role)
            ? <RulesEditor rules={rules} others={teams.filter((team) => mine.includes(team.id)).map((team) => team.rules ?? NO_RULES)} known={known} onChange={setRules} />
            : <p className="sub2">{t("rules.unbound")}</p>}
          <Refused problem={save.error} />
          <p className="sub">{t("people.change_ends")}</p>
          <div className="actions spread">
            {!itself && <><button type="button" className="btn quiet" onClick={() => setStep("sign_out")}>{t("people.sign_out")}</button><button type="button" className="btn quiet danger" onClick={() => setStep("out")}>{t("people.put_out")}</button></>}
            <span className="sp" />
            <button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button>
            <button type="submit" className="btn pri" disabled={save.isPending}>{t("people.save")}</button>
          </div>
        </form>
      ) : (
        <div className="form">
          <p>{t(step === "out" ? "people.put_out_why" : "people.sign_out_why", { name: person.name })}</p>
          <Refused problem={act.error} />
          <div className="actions"><button type="button" className="btn" onClick={() => setStep("edit")} autoFocus>{t("people.back")}</button><button type="button" className="btn danger" disabled={act.isPending} onClick={() => act.mutate()}>{t(step === "out" ? "people.put_out" : "people.sign_out")}</button></div>
        </div>
      )}
    </Modal>
  );
}
