import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { OpenedDecision, Task } from "../../api/decisions";
import { kanbanApi } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Icon } from "../../components/Icon";
import { Refused } from "../people/Refused";
import { useDecisionWords } from "./words";

/** What is to be done, by whom and when; each may be a card of a task board, whose place is shown. */
export function Tasks({ opened, onChange }: { opened: OpenedDecision; onChange: ((tasks: Task[]) => void) | null }) {
  const { t } = useDecisionWords();
  const { session } = useSession();
  const { decision, people, cards } = opened;
  const tasks = (decision.tasks ?? []) as Task[];
  const [draft, setDraft] = useState({ text: "", owner: "", due: "" });
  const boards = useQuery({ queryKey: ["kanban"], queryFn: kanbanApi.boards, enabled: onChange !== null && can(session, "kanban:edit") });
  const living = (boards.data ?? []).filter((board) => !board.archived);
  const cardOf = (task: Task) => cards.find((each) => `${each.board}/${each.card}` === task.card);
  const isDone = (task: Task) => task.done || Boolean(cardOf(task)?.done);
  const put = (index: number, change: Partial<Task>) => onChange?.(tasks.map((task, at) => (at === index ? { ...task, ...change } : task)));
  const make = useMutation<void, Problem, { index: number; board: string }>({
    mutationFn: async ({ index, board }) => {
      const task = tasks[index] as Task;
      const { board: told } = await kanbanApi.open(board);
      const made = await kanbanApi.add(board, told.lists[0]?.id ?? "", task.text.slice(0, 200), { due: task.due, assignees: task.owner ? [task.owner] : [], links: [{ kind: "decision", id: decision.id, title: decision.question.slice(0, 120) }] });
      put(index, { card: `${board}/${made.card?.id ?? ""}` });
    },
  });
  const add = (event: FormEvent) => {
    event.preventDefault();
    onChange?.([...tasks, { ...draft, text: draft.text.trim(), done: false, card: "" }]);
    setDraft({ text: "", owner: "", due: "" });
  };
  return (
    <div data-part="tasks">
      <h3>{t("decisions.tasks")} <span className="sub">{tasks.length > 0 && `${tasks.filter(isDone).length}/${tasks.length}`}</span></h3>
      <ul className="dc-tasks">
        {tasks.map((task, index) => {
          const card = cardOf(task);
          return (
            <li key={index} className={isDone(task) ? "done" : ""}>
              <label><input type="checkbox" checked={isDone(task)} disabled={!onChange || Boolean(card)} onChange={(event) => put(index, { done: event.target.checked })} /><span>{task.text}</span></label>
              <span className="sub">{[people[task.owner] ?? "", task.due].filter(Boolean).join(" · ")}</span>
              {card && <a href={`/tasks/${card.board}?card=${card.card}`} onClick={follow} data-card><Icon name="kanban" size={12} /> {card.list}</a>}
              {!task.card && onChange && living.length > 0 && <select className="input small" value="" aria-label={t("decisions.make_card", { task: task.text })} onChange={(event) => make.mutate({ index, board: event.target.value })} data-make-card><option value="" disabled>{t("decisions.to_board")}</option>{living.map((board) => <option key={board.id} value={board.id}>{board.title}</option>)}</select>}
            </li>
          );
        })}
      </ul>
      <Refused problem={make.error} />
      {onChange && (
        <form className="dc-task" onSubmit={add}>
          <input className="input small" value={draft.text} maxLength={200} required aria-label={t("decisions.task")} placeholder={t("decisions.task")} onChange={(event) => setDraft({ ...draft, text: event.target.value })} data-task />
          <select className="input small" value={draft.owner} aria-label={t("alerts.owner")} onChange={(event) => setDraft({ ...draft, owner: event.target.value })}><option value="">{t("alerts.nobody")}</option>{Object.entries(people).map(([number, name]) => <option key={number} value={number}>{name}</option>)}</select>
          <input className="input small" type="date" value={draft.due} aria-label={t("decisions.due")} onChange={(event) => setDraft({ ...draft, due: event.target.value })} />
          <button type="submit" className="btn" aria-label={t("decisions.add_task")} data-add-task><Icon name="plus" size={14} /></button>
        </form>
      )}
    </div>
  );
}
