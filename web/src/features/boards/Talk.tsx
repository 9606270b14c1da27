import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { remarksApi } from "../../api/remarks";
import { can, useSession } from "../../app/session";
import { Refused } from "../people/Refused";
import { MakeCard } from "./MakeCard";
import { useRemarks } from "./remarks";
import { Said } from "./Said";

interface Props {
  board: string;
  tile: string;
  title: string;
  snapshot: () => string;
  begin: "talk" | "card";
  onClose: () => void;
}

/** What is said about one tile, with the figures as its writer saw them; and a card made of it. */
export function Talk({ board, tile, title, snapshot, begin, onClose }: Props) {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const { remarks, names } = useRemarks(board, true);
  const [text, setText] = useState("");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const fresh = () => queries.invalidateQueries({ queryKey: ["remarks", board] });
  const say = useMutation<unknown, Problem>({
    mutationFn: () => remarksApi.say(board, { tile, text, since, until: since ? until : "", snapshot: snapshot() }),
    onSuccess: () => { setText(""); setSince(""); setUntil(""); return fresh(); },
  });
  const drop = useMutation<unknown, Problem, string>({ mutationFn: (id) => remarksApi.takeBack(board, id), onSettled: fresh });
  const may = can(session, "kanban:edit");
  const here = remarks.filter((remark) => remark.tile === tile);
  const send = (event: FormEvent) => { event.preventDefault(); if (text.trim()) say.mutate(); };
  return (
    <Modal opened onClose={onClose} title={begin === "card" ? t("talk.card_of", { title }) : t("talk.title", { title })} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      {begin === "card" ? <MakeCard board={board} tile={tile} title={title} snapshot={snapshot} onClose={onClose} /> : (
        <div className="form talk" data-talk={tile}>
          {here.length === 0 && <p className="sub2">{t("talk.none")}</p>}
          <ul>{here.map((remark) => <Said key={remark.id} remark={remark} name={names[remark.by] ?? t("talk.gone")} onDrop={may && (remark.by === session?.me.id || can(session, "boards:edit")) ? () => drop.mutate(remark.id) : null} />)}</ul>
          {may && (
            <form className="form" onSubmit={send}>
              <label className="field"><span className="lbl">{t("talk.say")}</span><textarea className="input edit-text" rows={3} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} data-say /></label>
              <div className="talk-line">
                <label className="field"><span className="lbl">{t("talk.since")}</span><input className="input" type="date" value={since} onChange={(event) => setSince(event.target.value)} data-since /></label>
                <label className="field"><span className="lbl">{t("talk.until")}</span><input className="input" type="date" value={until} min={since} disabled={!since} onChange={(event) => setUntil(event.target.value)} /></label>
                <label className="field"><span className="lbl">{t("talk.name_somebody")}</span><select className="input" value="" onChange={(event) => setText(`${text}${text && !text.endsWith(" ") ? " " : ""}@${event.target.value} `)}><option value="" />{Object.entries(names).map(([id, name]) => <option key={id} value={name}>{name}</option>)}</select></label>
              </div>
              <p className="sub2">{t("talk.how")}</p>
              <Refused problem={say.error ?? drop.error} />
              <div className="actions"><button type="submit" className="btn pri" disabled={!text.trim() || say.isPending} data-send>{t("talk.send")}</button></div>
            </form>
          )}
        </div>
      )}
    </Modal>
  );
}
