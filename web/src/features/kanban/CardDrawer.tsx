import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import Markdown from "react-markdown";
import { kanbanApi, type Card } from "../../api/kanban";
import { useSettings } from "../../app/settings";
import { Icon } from "../../components/Icon";
import { Links, OwnFields } from "./CardMore";
import type { Shown } from "./state";
import type { Kanban } from "./useKanban";

interface Props {
  board: string;
  card: Card;
  shown: Shown;
  kanban: Kanban;
  mayEdit: boolean;
  onClose: () => void;
  onMove: () => void;
}

/** A text that is changed in place. What was typed stays when it is refused; it was made on the version at which typing began. */
function Typed({ value, base, label, long, onSave }: { value: string; base: number; label: string; long?: boolean; onSave: (text: string, base: number) => Promise<boolean> }) {
  const [draft, setDraft] = useState<{ text: string; base: number | null } | null>(null);
  const text = draft?.text ?? value;
  const type = (next: string) => setDraft({ text: next, base: draft?.base ?? base });
  const save = () => {
    if (!draft) return;
    if (draft.text === value) setDraft(null);
    else void onSave(draft.text, draft.base ?? base).then((kept) => setDraft(kept ? null : { text: draft.text, base: null }));
  };
  const shared = { className: "input", value: text, "aria-label": label, onBlur: save };
  return long
    ? <textarea {...shared} rows={6} maxLength={20000} placeholder={label} onChange={(event) => type(event.target.value)} />
    : <input {...shared} maxLength={300} onChange={(event) => type(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} />;
}

/** Everything about one card, beside the board. */
export function CardDrawer({ board, card, shown, kanban, mayEdit, onClose, onMove }: Props) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const panel = useRef<HTMLElement>(null);
  const [writes, setWrites] = useState(false);
  useEffect(() => {
    const from = document.activeElement as HTMLElement | null;
    panel.current?.focus();
    return () => from?.focus();
  }, []);
  const story = useQuery({ queryKey: ["kanban-card", card.id, card.version], queryFn: () => kanbanApi.story(board, card.id), placeholderData: (old) => old });
  const save = (change: object, base = card.version) => kanban.edit(card.id, { base, ...change });
  const list = shown.board.lists.find((each) => each.id === card.list)?.title ?? "";
  const when = (at: string) => new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const who = (id: string) => shown.people.get(id) ?? "?";
  const flip = (all: readonly string[], one: string) => (all.includes(one) ? all.filter((each) => each !== one) : [...all, one]);
  return (
    <aside className="kdrawer" role="dialog" aria-label={card.title} ref={panel} tabIndex={-1} onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}>
      <header><span className="sub2">{list}</span><span className="sp" />{mayEdit && <button type="button" className="btn small" onClick={onMove}>{t("kanban.move_to")}</button>}<button type="button" className="icb" aria-label={t("kanban.close")} onClick={onClose}><Icon name="x" /></button></header>
      {mayEdit ? <Typed value={card.title} base={card.version} label={t("kanban.card_title")} onSave={(title, base) => save({ title }, base)} /> : <h2>{card.title}</h2>}
      <section>
        <h3>{t("kanban.description")}{mayEdit && <button type="button" className="btn quiet small" onClick={() => setWrites(!writes)}>{writes ? t("kanban.read") : t("kanban.write")}</button>}</h3>
        {writes ? <Typed long value={card.description} base={card.version} label={t("kanban.markdown")} onSave={(description, base) => save({ description }, base)} /> : <div className="kmd"><Markdown disallowedElements={["img"]}>{card.description}</Markdown></div>}
      </section>
      <fieldset disabled={!mayEdit}><legend>{t("kanban.people")}</legend>{[...shown.people].map(([id, name]) => <label key={id} className="ktick"><input type="checkbox" checked={card.assignees.includes(id)} onChange={() => void save({ assignees: flip(card.assignees, id) })} />{name}</label>)}</fieldset>
      <fieldset disabled={!mayEdit}><legend>{t("kanban.labels")}</legend>{shown.board.labels.map((label) => <label key={label.id} className="ktick"><input type="checkbox" checked={card.labels.includes(label.id)} onChange={() => void save({ labels: flip(card.labels, label.id) })} /><span className={`klabel ${label.colour ?? "c1"}`}><i />{label.title}</span></label>)}</fieldset>
      <label className="field"><span>{t("kanban.due")}</span><input className="input" type="date" disabled={!mayEdit} value={card.due} onChange={(event) => void save({ due: event.target.value })} /></label>
      <OwnFields card={card} shown={shown} mayEdit={mayEdit} save={save} />
      <Links card={card} mayEdit={mayEdit} save={save} />
      <section>
        <h3>{t("kanban.steps")} <span className="sub2">{card.steps.filter((step) => step.done).length}/{card.steps.length}</span></h3>
        {card.steps.map((step, index) => <label key={index} className="ktick line"><input type="checkbox" disabled={!mayEdit} checked={step.done ?? false} onChange={() => void save({ steps: card.steps.map((each, at) => (at === index ? { ...each, done: !each.done } : each)) })} />{step.text}</label>)}
        {mayEdit && <Line label={t("kanban.new_step")} onSay={(text) => save({ steps: [...card.steps, { text, done: false }] })} />}
      </section>
      <section>
        <h3>{t("kanban.comments")}</h3>
        {story.data?.comments.map((said) => <div key={said.id} className="ksaid"><b>{who(said.by)}</b> <span className="sub2">{when(said.at)}</span><div className="kmd"><Markdown disallowedElements={["img"]}>{said.text}</Markdown></div></div>)}
        {mayEdit && <Line label={t("kanban.say")} onSay={(text) => kanban.act(() => kanbanApi.comment(board, card.id, text))} />}
      </section>
      <details><summary>{t("kanban.history")}</summary><ul className="kdone">{story.data?.changes.map((change) => <li key={change.sequence}>{who(change.by)} · {t(`kanban.did_${change.kind}`)} · <span className="sub2">{when(change.at)}</span></li>)}</ul></details>
      {mayEdit && <div className="actions left"><button type="button" className="btn" onClick={() => void save({ archived: true }).then((kept) => { if (kept) onClose(); })}>{t("kanban.archive")}</button></div>}
    </aside>
  );
}

function Line({ label, onSay }: { label: string; onSay: (text: string) => Promise<boolean> }) {
  const [text, setText] = useState("");
  const say = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) void onSay(text.trim()).then((kept) => { if (kept) setText(""); });
  };
  return <form className="knew" onSubmit={say}><input className="input" value={text} placeholder={label} aria-label={label} onChange={(event) => setText(event.target.value)} /><button type="submit" className="icb" aria-label={label}><Icon name="plus" /></button></form>;
}
