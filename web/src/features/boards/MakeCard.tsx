import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { remarksApi } from "../../api/remarks";
import { follow } from "../../app/location";
import { Refused } from "../people/Refused";

interface Props { board: string; tile: string; title: string; snapshot: () => string; onClose: () => void }

/** A card on a task board that leads back to the tile. Its figures stay with the tile, where each reader sees what they may see. */
export function MakeCard({ board, tile, title, snapshot, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const boards = useQuery({ queryKey: ["kanban-boards"], queryFn: kanbanApi.boards });
  const living = (boards.data ?? []).filter((each) => !each.archived);
  const [chosen, setChosen] = useState("");
  const on = chosen || (living[0]?.id ?? "");
  const opened = useQuery({ queryKey: ["kanban-lists", on], queryFn: () => kanbanApi.open(on), enabled: Boolean(on) });
  const [list, setList] = useState("");
  const [name, setName] = useState(title);
  const [note, setNote] = useState("");
  const lists = opened.data?.board.lists ?? [];
  const into = lists.some((each) => each.id === list) ? list : (lists[0]?.id ?? "");
  const make = useMutation<string, Problem>({
    mutationFn: async () => {
      const said = await remarksApi.say(board, { tile, text: [name, note].filter((text) => text.trim()).join("\n\n"), since: "", until: "", snapshot: snapshot() });
      const told = await kanbanApi.add(on, into, name.trim(), { description: note.trim(), links: [{ kind: "tile", id: `${board}/${tile}/${said.id}`, title }] });
      return told.card?.id ?? "";
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["remarks", board] }),
  });
  if (make.isSuccess) {
    return (
      <div className="form" role="status">
        <p>{t("talk.made")}</p>
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("keys.close")}</button><a className="btn pri" href={`/tasks/${encodeURIComponent(on)}?card=${encodeURIComponent(make.data)}`} onClick={follow} data-to-card>{t("talk.open_card")}</a></div>
      </div>
    );
  }
  if (boards.isSuccess && living.length === 0) return <p>{t("talk.no_board")} <a href="/tasks" onClick={follow}>{t("kanban.title")}</a></p>;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); if (name.trim() && into) make.mutate(); }}>
      <label className="field"><span className="lbl">{t("talk.card_name")}</span><input className="input" value={name} maxLength={300} onChange={(event) => setName(event.target.value)} data-card-name /></label>
      <label className="field"><span className="lbl">{t("talk.card_note")}</span><textarea className="input edit-text" rows={3} maxLength={3000} value={note} onChange={(event) => setNote(event.target.value)} /></label>
      <div className="talk-line">
        <label className="field"><span className="lbl">{t("talk.on_board")}</span><select className="input" value={on} onChange={(event) => setChosen(event.target.value)}>{living.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}</select></label>
        <label className="field"><span className="lbl">{t("talk.in_list")}</span><select className="input" value={into} onChange={(event) => setList(event.target.value)}>{lists.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}</select></label>
      </div>
      <p className="sub2">{t("talk.card_how")}</p>
      <Refused problem={make.error} />
      <div className="actions"><button type="submit" className="btn pri" disabled={!name.trim() || !into || make.isPending} data-make-card>{t("talk.make_card")}</button></div>
    </form>
  );
}
