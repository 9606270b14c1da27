import { Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ownBoards } from "../../api/boards";
import type { BoardSpec, TileSpec, View } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { go } from "../../app/location";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { announce } from "../../components/announce";
import { Icon } from "../../components/Icon";
import { StoreContext } from "../../live/useTile";
import { pick } from "../../i18n";
import { useCatalog } from "../boards/BoardPage";
import { BoardContext, type BoardNow } from "../boards/context";
import { useLiveBoard } from "../boards/useLiveBoard";
import { added, changed, placed, without } from "./draft";
import { EditGrid } from "./EditGrid";
import { TileForm } from "./TileForm";
import { useHistory } from "./useHistory";

const COPIED = "castanea/tile";
const LOOK_AFTER = 350; // milliseconds without a change, then the preview asks
const PRESENT = 5000;

/** A board while it is changed: live on real data, every step undoable, kept only when it is saved. */
export function EditBoard({ id, onSignedOut }: { id: string; onSignedOut: () => void }) {
  const { t } = useTranslation();
  const asked = useQuery<BoardSpec, Problem>({ queryKey: ["board", id], queryFn: () => ownBoards.get(id), staleTime: Infinity, gcTime: 0 });
  if (!asked.data) return <><TopBar title={asked.isError ? t("board.missing") : t("state.loading")} /><main className="page" id="content">{asked.isError && <p className="refused" role="alert">{asked.error.message || t("link.gone_first")}</p>}</main></>;
  return <Editor first={asked.data} onSignedOut={onSignedOut} />;
}

function Editor({ first, onSignedOut }: { first: BoardSpec; onSignedOut: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const queries = useQueryClient();
  const catalog = useCatalog();
  const [base, setBase] = useState(first);
  const { now: board, set, undo, redo, canUndo, canRedo } = useHistory(first);
  const [chosen, setChosen] = useState("");
  const [looked, setLooked] = useState(first);
  const [conflict, setConflict] = useState<Problem | null>(null);
  const [leaving, setLeaving] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isChanged = board !== base;
  useEffect(() => {
    const timer = setTimeout(() => setLooked(board), LOOK_AFTER);
    return () => clearTimeout(timer);
  }, [board]);
  const view = useMemo<View>(() => ({ board: board.id, spec: looked }), [board.id, looked]);
  const live = useLiveBoard(view, onSignedOut);
  const editors = useQuery({ queryKey: ["editors", board.id], queryFn: () => ownBoards.editors(board.id, true), refetchInterval: PRESENT });
  useEffect(() => () => void ownBoards.editors(first.id, false).catch(() => undefined), [first.id]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => isChanged && event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isChanged]);

  const to = `/boards/${encodeURIComponent(board.id)}`;
  const save = async (from: BoardSpec) => {
    setBusy(true);
    setProblem("");
    try {
      const saved = await ownBoards.save(from, board);
      announce(saved.merged ? t("edit.saved_merged") : t("edit.saved"));
      await Promise.all([queries.invalidateQueries({ queryKey: ["boards"] }), queries.invalidateQueries({ queryKey: ["shelf"] })]);
      setBase(board);
      go(to);
    } catch (refused) {
      if ((refused as Problem).code === "board.changed") setConflict(refused as Problem);
      else setProblem((refused as Problem).message || t("link.gone_first"));
    } finally {
      setBusy(false);
    }
  };
  const remove = useCallback((tile: string) => {
    set(without(board, tile));
    setChosen("");
    announce(t("edit.removed"));
  }, [board, set, t]);
  const put = useCallback((tile: TileSpec) => {
    const next = added(board, tile);
    set(next);
    setChosen(next.tiles.at(-1)?.id ?? "");
    requestAnimationFrame(() => document.querySelector(`[data-frame="${next.tiles.at(-1)?.id}"]`)?.scrollIntoView({ block: "center" }));
  }, [board, set]);
  const copy = useCallback((tile: string) => {
    const spec = board.tiles.find((each) => each.id === tile);
    if (!spec) return;
    localStorage.setItem(COPIED, JSON.stringify(spec));
    announce(t("edit.copied"));
  }, [board, t]);
  const paste = useCallback(() => {
    const kept = localStorage.getItem(COPIED);
    if (kept) put(JSON.parse(kept) as TileSpec);
  }, [put]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || (event.target as HTMLElement).closest("input,textarea,select")) return;
      const key = event.key.toLowerCase();
      if (key === "z" && event.shiftKey) redo();
      else if (key === "z") undo();
      else if (key === "y") redo();
      else if (key === "c" && chosen && !String(getSelection())) copy(chosen);
      else if (key === "v") paste();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [undo, redo, copy, paste, chosen]);

  const context = useMemo<BoardNow>(() => ({ board, view, catalog, wall: false, phone: false, offlineSince: live.offlineSince, change: () => undefined, retry: live.retry, pages: {} }), [board, view, catalog, live.offlineSince, live.retry]);
  const spec = board.tiles.find((tile) => tile.id === chosen);
  const others = editors.data?.names ?? [];
  const empty = { "zh-CN": "新图块", en: "New tile" };
  return (
    <BoardContext.Provider value={context}>
      <StoreContext.Provider value={live.store}>
        <TopBar title={t("edit.editing", { title: pick(board.title, language) })} actions={(
          <>
            <button type="button" className="icb" aria-label={t("edit.undo")} title={t("edit.undo")} disabled={!canUndo} onClick={undo}><Icon name="undo" /></button>
            <button type="button" className="icb" aria-label={t("edit.redo")} title={t("edit.redo")} disabled={!canRedo} onClick={redo}><Icon name="redo" /></button>
            <button type="button" className="btn" onClick={() => (isChanged ? setLeaving(true) : go(to))}>{t("edit.cancel")}</button>
            <button type="button" className="btn pri" disabled={!isChanged || busy} onClick={() => void save(base)} data-save>{t("edit.save")}</button>
          </>
        )} />
        <main className="page" id="content">
          <div className="edit-line">
            <label className="field"><span className="lbl">{t("edit.name")}</span><input className="input small" value={pick(board.title, language)} maxLength={200} onChange={(event) => set({ ...board, title: { ...board.title, [language]: event.target.value } }, "board title")} /></label>
            <button type="button" className="btn" onClick={() => put({ id: "tile", kind: "number", title: empty, place: { x: 0, y: 0, w: 4, h: 4 }, queries: { main: { metrics: ["paid_amount"] } } })} data-add><Icon name="plus" size={14} />{t("edit.add")}</button>
            <button type="button" className="btn" onClick={() => put({ id: "text", kind: "text", title: { "zh-CN": "说明", en: "Note" }, place: { x: 0, y: 0, w: 6, h: 3 }, queries: {}, options: { text: {} } })}>{t("edit.add_text")}</button>
            <button type="button" className="btn quiet" onClick={paste}>{t("edit.paste")}</button>
            {others.length > 0 && <span className="sub2" role="status">{t("edit.others", { names: others.join(language === "en" ? ", " : "、") })}</span>}
          </div>
          {problem && <p className="banner critical" role="alert"><Icon name="warn" /><span className="sub2">{problem}</span></p>}
          {live.problem && !live.problem.offline && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{live.problem.message}</span></p>}
          <div className={spec ? "edit-split on" : "edit-split"}>
            {board.tiles.length === 0 ? <section className="tile page-tile"><div className="mid"><b>{t("edit.nothing")}</b><span>{t("edit.nothing_how")}</span></div></section>
              : <EditGrid board={board} chosen={chosen} onChoose={setChosen} onChange={set} onRemove={remove} />}
            {spec && <TileForm key={spec.id} spec={spec} onClose={() => setChosen("")} onCopy={() => copy(spec.id)} onChange={(change, mark) => set(change.place ? placed(changed(board, spec.id, change), spec.id, change.place) : changed(board, spec.id, change), mark)} />}
          </div>
          <p className="sub edit-keys">{t("edit.keys")}</p>
        </main>
        <Modal opened={leaving} onClose={() => setLeaving(false)} title={t("edit.leave")} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
          <p className="sub2">{t("edit.leave_why")}</p>
          <div className="actions"><button type="button" className="btn" onClick={() => setLeaving(false)}>{t("edit.stay")}</button><button type="button" className="btn danger" onClick={() => go(to)}>{t("edit.discard")}</button></div>
        </Modal>
        <Modal opened={conflict !== null} onClose={() => setConflict(null)} title={t("edit.conflict")} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
          <p className="sub2">{conflict?.message}</p>
          <div className="actions">
            <button type="button" className="btn" onClick={() => void ownBoards.get(board.id).then((theirs) => { set(theirs); setBase(theirs); setConflict(null); })}>{t("edit.take_theirs")}</button>
            <button type="button" className="btn" onClick={() => void ownBoards.get(board.id).then((theirs) => { setConflict(null); setBase(theirs); void save(theirs); })}>{t("edit.keep_mine")}</button>
            <button type="button" className="btn pri" onClick={() => void ownBoards.create(board).then((made) => { setBase(board); void queries.invalidateQueries({ queryKey: ["boards"] }); go(`/boards/${made.id}`); })}>{t("edit.as_copy")}</button>
          </div>
        </Modal>
      </StoreContext.Provider>
    </BoardContext.Provider>
  );
}
