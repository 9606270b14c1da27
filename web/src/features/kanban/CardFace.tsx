import { useTranslation } from "react-i18next";
import type { Card } from "../../api/kanban";
import { Icon } from "../../components/Icon";
import type { Shown } from "./state";

/** What a card shows in its list. */
export function CardFace({ card, shown }: { card: Card; shown: Shown }) {
  const { t } = useTranslation();
  const labels = shown.board.labels.filter((label) => card.labels.includes(label.id));
  const done = card.steps.filter((step) => step.done).length;
  const isLate = card.due !== "" && card.due < new Date().toLocaleDateString("sv-SE");
  return (
    <span className="kface">
      <span className="kname">{card.title}</span>
      {labels.length > 0 && <span className="klabels">{labels.map((label) => <span key={label.id} className={`klabel ${label.colour ?? "c1"}`}><i />{label.title}</span>)}</span>}
      {(card.assignees.length > 0 || card.due || (card.links?.length ?? 0) > 0 || card.steps.length > 0 || card.comments > 0) && (
        <span className="kmeta">
          {card.assignees.map((id) => <span key={id} className="ava" title={shown.people.get(id)}>{(shown.people.get(id)?.[0] ?? "?").toUpperCase()}</span>)}
          {card.due && <span className={isLate ? "late" : ""}>{isLate && "▲ "}{card.due}{isLate && ` ${t("kanban.late")}`}</span>}
          {card.steps.length > 0 && <span title={t("kanban.steps")}><Icon name="check" size={12} /> {done}/{card.steps.length}</span>}
          {(card.links?.length ?? 0) > 0 && <span title={t("kanban.links")}>◆ {card.links?.length}</span>}
          {card.comments > 0 && <span>{t("kanban.comments_of", { count: card.comments })}</span>}
        </span>
      )}
    </span>
  );
}
