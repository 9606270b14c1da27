import { DndContext, DragOverlay, MouseSensor, TouchSensor, pointerWithin, useSensor, useSensors, type DragEndEvent } from "@dnd-kit/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi, type Card } from "../../api/kanban";
import { can, useSession } from "../../app/session";
import { TopBar } from "../../app/TopBar";
import { usePlace } from "../../app/location";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { CardDrawer } from "./CardDrawer";
import { CardFace } from "./CardFace";
import { Column } from "./Column";
import { KanbanSettings } from "./KanbanSettings";
import { MoveTo } from "./MoveTo";
import { TableView } from "./TableView";
import { listed, type Shown } from "./state";
import { useKanban } from "./useKanban";

const SILENT = { onDragStart: () => undefined, onDragOver: () => undefined, onDragEnd: () => undefined, onDragCancel: () => undefined };

function fits(shown: Shown, words: string): (card: Card) => boolean {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const labels = new Map(shown.board.labels.map((label) => [label.id, label.title]));
  return (card) => {
    const told = [card.title, card.description, card.due, ...card.labels.map((id) => labels.get(id) ?? ""), ...card.assignees.map((id) => `@${shown.people.get(id) ?? ""}`)].join(" ").toLowerCase();
    return wanted.every((word) => told.includes(word));
  };
}

/** One board: its lists side by side, live. */
export function KanbanBoard({ id }: { id: string }) {
  const { t } = useTranslation();
  const { session } = useSession();
  const kanban = useKanban(id);
  const { shown, here, notice, problem } = kanban;
  const [words, setWords] = useState("");
  const linked = usePlace().query.get("card") ?? "";
  const [open, setOpen] = useState(linked);
  const [view, setView] = useState<"board" | "table">("board");
  const [settings, setSettings] = useState(false);
  const [moving, setMoving] = useState("");
  const [dragged, setDragged] = useState("");
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }), useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 8 } }));
  const lists = useMemo(() => (shown ? listed(shown, fits(shown, words)) : new Map<string, Card[]>()), [shown, words]);
  const counts = useMemo(() => (shown ? listed(shown, () => true) : new Map<string, Card[]>()), [shown]);
  if (!shown) return <><TopBar title={t("kanban.title")} /><main className="page" id="content" aria-live="polite">{problem ? <p role="alert">{problem.message || t("kanban.offline")}</p> : null}</main></>;
  const mayEdit = can(session, "kanban:edit") && !shown.board.archived;
  const drop = ({ active, over }: DragEndEvent) => {
    setDragged("");
    const card = shown.cards.get(String(active.id));
    const target = over?.data.current as { list: string; before: string } | undefined;
    if (!card || !target || target.before === card.id || (target.list === card.list && !target.before && lists.get(card.list)?.at(-1)?.id === card.id)) return;
    kanban.move(card, target.list, target.before);
  };
  const current = shown.cards.get(open);
  const toMove = shown.cards.get(moving);
  const held = shown.cards.get(dragged);
  return (
    <>
      <TopBar title={shown.board.title} note={<span className="khere" title={here.join(", ")}>{here.slice(0, 4).map((name) => <span key={name} className="ava" aria-hidden="true">{(name[0] ?? "").toUpperCase()}</span>)}<span className="sub2">{t("kanban.here", { count: here.length })}</span></span>} />
      <main className="kpage" id="content">
        <div className="ktools"><label className="kfind"><Icon name="search" /><input className="input" type="search" value={words} placeholder={t("kanban.find")} aria-label={t("kanban.find")} onChange={(event) => setWords(event.target.value)} /></label>
          <Segmented label={t("kanban.view")} value={view} onChange={setView} options={[["board", t("kanban.as_board")], ["table", t("kanban.as_list")]]} />
          {can(session, "boards:edit") && !shown.board.archived && <button type="button" className="btn" onClick={() => setSettings(true)} data-kanban-settings>{t("kanban.settings")}</button>}
        </div>
        {shown.board.archived && <p className="knotice"><span>{t("kanban.board_away")}</span>{can(session, "boards:edit") && <button type="button" className="btn small" onClick={() => void kanban.act(() => kanbanApi.change(id, { base: shown.board.version, archived: false }))}>{t("kanban.restore")}</button>}</p>}
        {notice && <p className="knotice" role="alert"><span>{notice}</span><button type="button" className="btn small" onClick={kanban.dismiss}>{t("kanban.understood")}</button></p>}
        {view === "table" ? <TableView cards={[...lists.values()].flat()} shown={shown} onOpen={setOpen} /> : <DndContext sensors={sensors} collisionDetection={pointerWithin} onDragStart={({ active }) => setDragged(String(active.id))} onDragEnd={drop} onDragCancel={() => setDragged("")} accessibility={{ announcements: SILENT, screenReaderInstructions: { draggable: t("kanban.drag_hint") } }}>
          <div className="klists">
            {shown.board.lists.map((list) => (
              <Column key={list.id} list={list} cards={lists.get(list.id) ?? []} count={counts.get(list.id)?.length ?? 0} shown={shown} mayEdit={mayEdit} onOpen={setOpen} onMove={setMoving} onAdd={(title) => kanban.act(() => kanbanApi.add(id, list.id, title))} />
            ))}
          </div>
          <DragOverlay dropAnimation={null}>{held ? <div className="kcard held"><CardFace card={held} shown={shown} /></div> : null}</DragOverlay>
        </DndContext>}
      </main>
      {settings && <KanbanSettings shown={shown} kanban={kanban} onClose={() => setSettings(false)} />}
      {current && <CardDrawer key={current.id} board={id} card={current} shown={shown} kanban={kanban} mayEdit={mayEdit} onClose={() => setOpen("")} onMove={() => setMoving(current.id)} />}
      {toMove && <MoveTo card={toMove} lists={shown.board.lists} counts={counts} onClose={() => setMoving("")} onMove={(list) => { setMoving(""); if (list !== toMove.list) kanban.move(toMove, list, ""); }} />}
    </>
  );
}
