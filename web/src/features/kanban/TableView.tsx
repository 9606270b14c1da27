import { useTranslation } from "react-i18next";
import type { Card } from "../../api/kanban";
import type { Shown } from "./state";

/** All cards as a table: those due first on top, those without a day last. */
export function TableView({ cards, shown, onOpen }: { cards: Card[]; shown: Shown; onOpen: (card: string) => void }) {
  const { t } = useTranslation();
  const lists = new Map(shown.board.lists.map((list) => [list.id, list.title]));
  const labels = new Map(shown.board.labels.map((label) => [label.id, label.title]));
  const fields = shown.board.fields ?? [];
  const sorted = [...cards].sort((one, other) => (one.due || "9999").localeCompare(other.due || "9999") || one.title.localeCompare(other.title));
  return (
    <div className="scroll ktable"><table className="tbl">
      <thead><tr><th>{t("kanban.card_title")}</th><th>{t("kanban.list_name")}</th><th>{t("kanban.due")}</th><th>{t("kanban.people")}</th><th>{t("kanban.labels")}</th>{fields.map((field) => <th key={field.id}>{field.title}</th>)}</tr></thead>
      <tbody>{sorted.map((card) => <tr key={card.id}><th scope="row"><button type="button" className="btn quiet small" onClick={() => onOpen(card.id)}>{card.title}</button></th><td>{lists.get(card.list)}</td><td>{card.due}</td><td>{card.assignees.map((id) => shown.people.get(id) ?? "?").join(", ")}</td><td>{card.labels.map((id) => labels.get(id) ?? "").filter(Boolean).join(", ")}</td>{fields.map((field) => <td key={field.id}>{card.values?.[field.id] ?? ""}</td>)}</tr>)}</tbody>
    </table></div>
  );
}
