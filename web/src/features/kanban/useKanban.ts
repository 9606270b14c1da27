import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi, type Card, type CardChange, type Told } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { announce } from "../../components/announce";
import { isGap, shownOf, withChange, withMove, type Shown } from "./state";

export interface Kanban {
  shown: Shown | null;
  here: string[];
  /** What was refused last, in the server's words. */
  notice: string;
  problem: Problem | null;
  dismiss: () => void;
  move: (card: Card, list: string, before: string) => void;
  /** Resolves to whether it was kept; a refusal is shown in the page. */
  act: (ask: () => Promise<Told>) => Promise<boolean>;
  edit: (card: string, change: CardChange) => Promise<boolean>;
}

/** A board that follows its stream; after a gap, a conflict or a lost line it is read again. */
export function useKanban(id: string): Kanban {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown | null>(null);
  const [here, setHere] = useState<string[]>([]);
  const [notice, setNotice] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const latest = useRef<Shown | null>(null);
  const put = useCallback((next: Shown) => { latest.current = next; setShown(next); }, []);
  const read = useCallback(async () => {
    try {
      put(shownOf(await kanbanApi.open(id)));
      setProblem(null);
    } catch (refused) {
      setProblem(refused as Problem);
    }
  }, [id, put]);
  const hear = useCallback((told: Told) => {
    if (!latest.current) return;
    if (isGap(latest.current, told)) void read();
    else put(withChange(latest.current, told));
  }, [put, read]);
  useEffect(() => {
    const source = new EventSource(`/api/v1/kanban/${encodeURIComponent(id)}/stream`);
    source.addEventListener("open", () => void read());
    source.addEventListener("change", (event) => hear(JSON.parse((event as MessageEvent<string>).data) as Told));
    source.addEventListener("here", (event) => setHere(JSON.parse((event as MessageEvent<string>).data) as string[]));
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) void read(); });
    return () => source.close();
  }, [id, read, hear]);
  const act = useCallback(async (ask: () => Promise<Told>) => {
    try {
      hear(await ask());
      setNotice("");
      return true;
    } catch (refused) {
      const told = (refused as Problem).message || t("kanban.offline");
      setNotice(told);
      announce(told);
      await read();
      return false;
    }
  }, [hear, read, t]);
  const edit = useCallback((card: string, change: CardChange) => act(() => kanbanApi.changeCard(id, card, change)), [act, id]);
  const move = useCallback((card: Card, list: string, before: string) => {
    if (latest.current) put(withMove(latest.current, card, list, before));
    const title = latest.current?.board.lists.find((each) => each.id === list)?.title ?? "";
    void edit(card.id, { base: card.version, list, before }).then((kept) => { if (kept) announce(t("kanban.moved", { card: card.title, list: title })); });
  }, [edit, put, t]);
  return { shown, here, notice, problem, dismiss: () => setNotice(""), move, act, edit };
}
