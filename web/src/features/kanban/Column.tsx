import { useDraggable, useDroppable } from "@dnd-kit/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Board, Card } from "../../api/kanban";
import { Icon } from "../../components/Icon";
import { CardFace } from "./CardFace";
import type { Shown } from "./state";

interface Props {
  list: Board["lists"][number];
  cards: Card[];
  count: number;
  shown: Shown;
  mayEdit: boolean;
  onOpen: (card: string) => void;
  onMove: (card: string) => void;
  onAdd: (title: string) => Promise<boolean>;
}

/** A list: its title with count and limit, its cards (only those in sight are drawn), a line for a new one. */
export function Column({ list, cards, count, shown, mayEdit, onOpen, onMove, onAdd }: Props) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const { setNodeRef, isOver } = useDroppable({ id: `list ${list.id}`, data: { list: list.id, before: "" } });
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({ count: cards.length, getScrollElement: () => scroller.current, estimateSize: () => 76, overscan: 6, gap: 8, getItemKey: (index) => cards[index]?.id ?? index });
  const limit = list.limit ?? 0;
  const isOverfull = limit > 0 && count > limit;
  return (
    <section className={isOver ? "klist over" : "klist"} ref={setNodeRef} aria-label={list.title}>
      <h2>{list.title} <span className={isOverfull ? "kcount full" : "kcount"}>{limit ? `${count}/${limit}` : count}{isOverfull && <> ▲ {t("kanban.overfull")}</>}</span></h2>
      <div className="kscroll" ref={scroller}>
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const card = cards[row.index] as Card;
            return <li key={card.id} data-index={row.index} ref={rows.measureElement} style={{ transform: `translateY(${row.start}px)` }}><CardRow card={card} shown={shown} mayEdit={mayEdit} onOpen={onOpen} onMove={onMove} /></li>;
          })}
        </ul>
      </div>
      {mayEdit && <NewCard onAdd={onAdd} list={list.title} />}
    </section>
  );
}

function CardRow({ card, shown, mayEdit, onOpen, onMove }: { card: Card; shown: Shown; mayEdit: boolean; onOpen: (card: string) => void; onMove: (card: string) => void }) {
  const { t } = useTranslation();
  const drag = useDraggable({ id: card.id, disabled: !mayEdit });
  const over = useDroppable({ id: `card ${card.id}`, data: { list: card.list, before: card.id } });
  const ref = (node: HTMLElement | null) => { drag.setNodeRef(node); over.setNodeRef(node); };
  const keys = (event: React.KeyboardEvent) => { if (mayEdit && event.key.toLowerCase() === "m" && !event.metaKey && !event.ctrlKey) { event.preventDefault(); onMove(card.id); } };
  return (
    <article ref={ref} className={`kcard${drag.isDragging ? " away" : ""}${over.isOver && !drag.isDragging ? " next" : ""}`} onKeyDown={keys} onMouseDown={drag.listeners?.onMouseDown as React.MouseEventHandler | undefined} onTouchStart={drag.listeners?.onTouchStart as React.TouchEventHandler | undefined}>
      <button type="button" className="kopen" onClick={() => onOpen(card.id)}><CardFace card={card} shown={shown} /></button>
      {mayEdit && <button type="button" className="icb kmove" aria-label={t("kanban.move_card", { card: card.title })} title={t("kanban.move_to")} onClick={() => onMove(card.id)}><Icon name="more" /></button>}
    </article>
  );
}

function NewCard({ onAdd, list }: { onAdd: (title: string) => Promise<boolean>; list: string }) {
  const { t } = useTranslation();
  const [title, setTitle] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim()) void onAdd(title).then((kept) => { if (kept) setTitle(""); });
  };
  return (
    <form className="knew" onSubmit={add}>
      <input className="input" value={title} maxLength={300} placeholder={t("kanban.new_card")} aria-label={t("kanban.new_card_in", { list })} onChange={(event) => setTitle(event.target.value)} />
      <button type="submit" className="icb" aria-label={t("kanban.add")}><Icon name="plus" /></button>
    </form>
  );
}
