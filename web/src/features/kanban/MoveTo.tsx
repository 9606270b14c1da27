import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Board, Card } from "../../api/kanban";

/** Moving without dragging: a list of lists. */
export function MoveTo({ card, lists, counts, onMove, onClose }: { card: Card; lists: Board["lists"]; counts: Map<string, Card[]>; onMove: (list: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t("kanban.move_to")} lockScroll={false} transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("kanban.close") }} centered>
      <p className="sub2">{card.title}</p>
      <ul className="kplaces">
        {lists.map((list, index) => {
          const count = counts.get(list.id)?.length ?? 0;
          return <li key={list.id}><button type="button" data-autofocus={index === 0 || undefined} aria-current={list.id === card.list || undefined} onClick={() => onMove(list.id)}><span>{list.title}</span><span className="sub2">{list.id === card.list && `${t("kanban.here_now")} · `}{list.limit ? `${count}/${list.limit}` : count}</span></button></li>;
        })}
      </ul>
    </Modal>
  );
}
