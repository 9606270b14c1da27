import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "../../api/kanban";
import { follow } from "../../app/location";
import { Icon } from "../../components/Icon";
import { linkOf, placeOf } from "./order";
import type { Shown } from "./state";

interface Props { card: Card; shown: Shown; mayEdit: boolean; save: (change: object) => Promise<boolean> }

/** The board's own fields on a card. */
export function OwnFields({ card, shown, mayEdit, save }: Props) {
  const fields = shown.board.fields ?? [];
  const values = card.values ?? {};
  if (fields.length === 0) return null;
  const put = (id: string, text: string) => { if (text !== (values[id] ?? "")) void save({ values: { ...Object.fromEntries(Object.entries(values).filter(([name]) => fields.some((field) => field.id === name))), [id]: text } }); };
  return (
    <>
      {fields.map((field) => (
        <label key={field.id} className="field"><span>{field.title}</span>
          {field.kind === "choice"
            ? <select className="input" disabled={!mayEdit} value={values[field.id] ?? ""} onChange={(event) => put(field.id, event.target.value)}><option value="" />{(field.choices ?? []).map((each) => <option key={each} value={each}>{each}</option>)}</select>
            : <input key={values[field.id] ?? ""} className="input" type={field.kind === "date" ? "date" : "text"} inputMode={field.kind === "number" ? "decimal" : undefined} disabled={!mayEdit} defaultValue={values[field.id] ?? ""} maxLength={500} onBlur={(event) => put(field.id, event.target.value.trim())} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} />}
        </label>
      ))}
    </>
  );
}

/** What a card is about: alerts, decisions, targets … */
export function Links({ card, mayEdit, save }: Omit<Props, "shown">) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const links = card.links ?? [];
  const add = (event: FormEvent) => {
    event.preventDefault();
    const found = linkOf(typed);
    setWrong(!found && Boolean(typed.trim()));
    if (found) void save({ links: [...links, { ...found, title: "" }] }).then((kept) => { if (kept) setTyped(""); });
  };
  if (!links.length && !mayEdit) return null;
  return (
    <section>
      <h3>{t("kanban.links")}</h3>
      <ul className="kaway">{links.map((link) => {
        const place = placeOf(link.kind, link.id);
        const name = `◆ ${t(`kanban.link_${link.kind}`)} ${link.title || link.id.slice(0, 8)}`;
        return <li key={`${link.kind} ${link.id}`}>{place ? <a href={place} onClick={follow}>{name}</a> : <span>{name}</span>}{mayEdit && <button type="button" className="icb" aria-label={t("kanban.drop", { name })} onClick={() => void save({ links: links.filter((each) => each !== link) })}><Icon name="x" size={14} /></button>}</li>;
      })}</ul>
      {mayEdit && <form className="knew" onSubmit={add}><input className="input" value={typed} placeholder={t("kanban.paste_link")} aria-label={t("kanban.paste_link")} onChange={(event) => { setTyped(event.target.value); setWrong(false); }} /><button type="submit" className="icb" aria-label={t("kanban.paste_link")}><Icon name="plus" /></button></form>}
      {wrong && <p className="refused" role="alert">{t("kanban.no_link")}</p>}
    </section>
  );
}
