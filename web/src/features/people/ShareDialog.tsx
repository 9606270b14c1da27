import { Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleApi } from "../../api/people";
import type { Problem } from "../../api/problem";
import { can, useSession } from "../../app/session";
import { announce } from "../../components/announce";
import { Segmented } from "../../components/Segmented";
import { usePeople, useTeams } from "./PeopleList";
import { Refused } from "./Refused";
import { isBound } from "./Roles";
import { WallLinks } from "./WallLinks";

const MANY = 10;

function Subjects({ board, kept, onClose }: { board: string; kept: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const people = usePeople();
  const teams = useTeams();
  const [some, setSome] = useState(kept.length > 0);
  const [chosen, setChosen] = useState<string[]>([...kept]);
  const [typed, setTyped] = useState("");
  const listed = [
    ...(teams.data ?? []).map((team) => ({ value: `team:${team.id}`, name: team.name, what: t("share.team") })),
    ...(people.data ?? []).filter((person) => isBound(person.role) && !person.disabled).map((person) => ({ value: `account:${person.id}`, name: person.name, what: t(`role.${person.role}`) })),
  ];
  const standing = chosen.filter((value) => listed.some((each) => each.value === value));
  const save = useMutation<unknown, Problem>({
    mutationFn: () => peopleApi.share(board, some ? standing : []),
    onSuccess: () => { announce(t("share.saved")); void queries.invalidateQueries({ queryKey: ["shares", board] }); onClose(); },
  });
  const shown = listed.filter((each) => each.name.toLowerCase().includes(typed.toLowerCase()));
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Segmented wide label={t("share.who")} value={some ? "some" : "all"} onChange={(next) => setSome(next === "some")} options={[["all", t("share.all")], ["some", t("share.some")]]} />
      {some ? (
        <div className="bound">
          {listed.length > MANY && <input className="input small" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("filter.find")} aria-label={t("filter.find")} />}
          <div className="bound-list">
            {shown.map((each) => <label className="checkline" key={each.value}><input type="checkbox" checked={chosen.includes(each.value)} onChange={(event) => setChosen(event.target.checked ? [...chosen, each.value] : chosen.filter((value) => value !== each.value))} /><span className="el">{each.name}</span><span className="sp" /><span className="sub">{each.what}</span></label>)}
            {listed.length === 0 && <span className="sub">{t("share.nobody_yet")}</span>}
          </div>
          {kept.length > 0 && standing.length === 0 && <span className="sub">{t("share.left_alone")}</span>}
          {listed.length > 0 && standing.length === 0 && <span className="sub">{t("share.mark_some")}</span>}
        </div>
      ) : <p className="sub2">{t("share.all_why")}</p>}
      <p className="sub">{t("share.always")}</p>
      <Refused problem={save.error} />
      <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri" disabled={save.isPending || (some && standing.length === 0)}>{t("people.save")}</button></div>
    </form>
  );
}

/** To whom a board is shown, and the links that show it on a screen. */
export function ShareDialog({ board, title, onClose }: { board: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const walls = can(session, "walls:manage");
  const [part, setPart] = useState<"people" | "wall">("people");
  const asked = useQuery<{ subjects: string[] }, Problem>({ queryKey: ["shares", board], queryFn: () => peopleApi.shares(board), staleTime: 0 });
  return (
    <Modal opened onClose={onClose} title={t("share.title", { board: title })} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <div className="form">
        {walls && <Segmented label={t("share.how")} value={part} onChange={setPart} options={[["people", t("share.part_people")], ["wall", t("share.part_wall")]]} />}
        {part === "wall" ? <WallLinks board={board} /> : asked.data ? <Subjects board={board} kept={asked.data.subjects} onClose={onClose} /> : <Refused problem={asked.error} />}
      </div>
    </Modal>
  );
}
