import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi, type Board } from "../../api/kanban";
import { go } from "../../app/location";
import { Icon } from "../../components/Icon";
import { moved } from "./order";
import type { Shown } from "./state";
import type { Kanban } from "./useKanban";

type Lane = Board["lists"][number];
type Label = Board["labels"][number];
type Field = NonNullable<Board["fields"]>[number];
const COLOURS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"] as const;
const KINDS = ["text", "number", "date", "choice"] as const;

/** A board's name, lists with their limits, labels, own fields, archive, and its way out as a file. */
export function KanbanSettings({ shown, kanban, onClose }: { shown: Shown; kanban: Kanban; onClose: () => void }) {
  const { t } = useTranslation();
  const { board } = shown;
  const [base] = useState(board.version);
  const [title, setTitle] = useState(board.title);
  const [lists, setLists] = useState<Lane[]>([...board.lists]);
  const [labels, setLabels] = useState<Label[]>([...board.labels]);
  const [fields, setFields] = useState<Field[]>([...(board.fields ?? [])]);
  const put = <T,>(all: T[], index: number, change: Partial<T>) => all.map((each, at) => (at === index ? { ...each, ...change } : each));
  const save = () => void kanban.act(() => kanbanApi.change(board.id, { base, title, lists, labels, fields })).then((kept) => { if (kept) onClose(); });
  const archive = () => void kanban.act(() => kanbanApi.change(board.id, { base, archived: true })).then((kept) => { if (kept) { onClose(); go("/tasks"); } });
  const away = [...shown.cards.values()].filter((card) => card.archived);
  const order = <T,>(all: T[], index: number, set: (next: T[]) => void, name: string) => (
    <>
      <button type="button" className="icb" disabled={index === 0} aria-label={t("kanban.up", { name })} onClick={() => set(moved(all, index, -1))}>↑</button>
      <button type="button" className="icb" disabled={index === all.length - 1} aria-label={t("kanban.down", { name })} onClick={() => set(moved(all, index, 1))}>↓</button>
      <button type="button" className="icb" aria-label={t("kanban.drop", { name })} onClick={() => set(all.filter((_, at) => at !== index))}><Icon name="x" size={14} /></button>
    </>
  );
  return (
    <Modal opened onClose={onClose} title={t("kanban.settings")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("kanban.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); save(); }}>
        <label className="field"><span>{t("kanban.name")}</span><input className="input" value={title} maxLength={200} required onChange={(event) => setTitle(event.target.value)} /></label>
        <fieldset className="kset"><legend>{t("kanban.lists")}</legend>
          {lists.map((list, index) => <div key={list.id || `new${index}`} className="kline"><input className="input small" value={list.title} maxLength={80} required aria-label={t("kanban.list_name")} onChange={(event) => setLists(put(lists, index, { title: event.target.value }))} /><input className="input small knum" type="number" min={0} max={999} value={list.limit || ""} placeholder={t("kanban.limit")} aria-label={`${t("kanban.limit")} ${list.title}`} onChange={(event) => setLists(put(lists, index, { limit: Number(event.target.value) || 0 }))} />{order(lists, index, setLists, list.title)}</div>)}
          <button type="button" className="btn small" onClick={() => setLists([...lists, { id: "", title: "", limit: 0 }])}><Icon name="plus" size={12} />{t("kanban.new_list")}</button>
        </fieldset>
        <fieldset className="kset"><legend>{t("kanban.labels")}</legend>
          {labels.map((label, index) => <div key={label.id || `new${index}`} className="kline"><span className={`klabel ${label.colour ?? "c1"}`}><i /></span><input className="input small" value={label.title} maxLength={80} required aria-label={t("kanban.label_name")} onChange={(event) => setLabels(put(labels, index, { title: event.target.value }))} /><select className="input small" value={label.colour ?? "c1"} aria-label={t("kanban.colour")} onChange={(event) => setLabels(put(labels, index, { colour: event.target.value as "c1" }))}>{COLOURS.map((colour, at) => <option key={colour} value={colour}>{t("kanban.colour")} {at + 1}</option>)}</select>{order(labels, index, setLabels, label.title)}</div>)}
          <button type="button" className="btn small" onClick={() => setLabels([...labels, { id: "", title: "", colour: COLOURS[labels.length % COLOURS.length] ?? "c1" }])}><Icon name="plus" size={12} />{t("kanban.new_label")}</button>
        </fieldset>
        <fieldset className="kset"><legend>{t("kanban.fields")}</legend>
          {fields.map((field, index) => <div key={field.id || `new${index}`} className="kline"><input className="input small" value={field.title} maxLength={80} required aria-label={t("kanban.field_name")} onChange={(event) => setFields(put(fields, index, { title: event.target.value }))} /><select className="input small" value={field.kind ?? "text"} aria-label={t("kanban.field_kind")} onChange={(event) => setFields(put(fields, index, { kind: event.target.value as "text" }))}>{KINDS.map((kind) => <option key={kind} value={kind}>{t(`kanban.kind_${kind}`)}</option>)}</select>{field.kind === "choice" && <input className="input small" value={(field.choices ?? []).join("; ")} placeholder={t("kanban.choices")} aria-label={t("kanban.choices")} onChange={(event) => setFields(put(fields, index, { choices: event.target.value.split(/; ?|；/) }))} onBlur={() => setFields(put(fields, index, { choices: (field.choices ?? []).map((each) => each.trim()).filter(Boolean) }))} />}{order(fields, index, setFields, field.title)}</div>)}
          <button type="button" className="btn small" onClick={() => setFields([...fields, { id: "", title: "", kind: "text", choices: [] }])}><Icon name="plus" size={12} />{t("kanban.new_field")}</button>
        </fieldset>
        {away.length > 0 && <details><summary>{t("kanban.archived_cards", { count: away.length })}</summary><ul className="kaway">{away.map((card) => <li key={card.id}><span>{card.title}</span><button type="button" className="btn small" onClick={() => void kanban.edit(card.id, { base: card.version, archived: false })}>{t("kanban.restore")}</button></li>)}</ul></details>}
        {kanban.notice && <p className="refused" role="alert">{kanban.notice}</p>}
        <div className="kout"><a className="btn" href={`/api/v1/kanban/${encodeURIComponent(board.id)}/export?form=csv`} download>{t("kanban.as_table")}</a><a className="btn" href={`/api/v1/kanban/${encodeURIComponent(board.id)}/export?form=trello`} download>{t("kanban.as_trello", { program: "Trello" })}</a><button type="button" className="btn" onClick={archive}>{t("kanban.archive_board")}</button></div>
        <div className="actions"><button type="button" className="btn" onClick={onClose}>{t("people.cancel")}</button><button type="submit" className="btn pri">{t("kanban.save")}</button></div>
      </form>
    </Modal>
  );
}
