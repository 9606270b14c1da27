import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { grids, type GridColumn, type GridPasted, type GridView } from "../../api/grids";
import type { Problem } from "../../api/problem";
import { useSettings } from "../../app/settings";
import { announce } from "../../components/announce";
import { Icon, Status } from "../../components/Icon";
import { digits } from "../../format/number";
import { MOST_ROWS, sent } from "./cells";
import type { Draft } from "./useDraft";
import { columnName, faultText, spoken } from "./words";

/** The rows being typed or pasted, and keeping them as a version. */
export function Typing({ view, draft }: { view: GridView; draft: Draft }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const queries = useQueryClient();
  const [kept, setKept] = useState<GridPasted | null>(null);
  const keep = useMutation<GridPasted, Problem>({
    mutationFn: () => grids.keep(view.table, sent(draft.rows, view.columns).text),
    onSuccess: (said) => {
      if (!said.version) { draft.told(said.faults); return; }
      setKept(said);
      draft.clear();
      announce(t("grids.kept", { count: said.rows, shown: digits(said.rows, 0) }));
      void queries.invalidateQueries({ queryKey: ["grid", view.table] });
    },
  });
  const wrong = [...draft.faults.values()].reduce((sum, faults) => sum + faults.size, 0) + draft.others.length;
  const isLanding = kept !== null && !view.versions.some((version) => version.version === kept.version);
  const problem = keep.error ?? draft.problem;
  return (
    <section className="tile page-tile grid-typing" aria-label={t("grids.typing")}>
      <h2 className="grid-title">{t("grids.typing")}</h2>
      <p className="sub2 page-lead">{t("grids.how")}</p>
      <div className="scroll">
        <table className="tbl grid-cells">
          <thead><tr>{view.columns.map((column) => <th key={column.name} scope="col" title={language === "en" ? column.doc : undefined}>{columnName(column, language)}{column.required && <b className="grid-must" title={t("grids.must")}> *<span className="sr">{t("grids.must")}</span></b>}</th>)}<th scope="col"><span className="sr">{t("grids.drop")}</span></th></tr></thead>
          <tbody>{draft.rows.map((cells, row) => <TypedRow key={row} row={row} cells={cells} view={view} draft={draft} />)}</tbody>
        </table>
      </div>
      {draft.others.length > 0 && <ul className="grid-others">{draft.others.map((fault, at) => <li key={at} className="refused">{fault.column} {faultText(fault, undefined, t, language)}</li>)}</ul>}
      {problem && <p className="refused" role="alert">{problem.offline ? t("link.reconnecting") : problem.message || t("state.error")}</p>}
      <div className="bring-acts">
        <button type="button" className="btn pri" data-keep disabled={!draft.filled || wrong > 0 || draft.checking || keep.isPending} onClick={() => keep.mutate()}>{t("grids.keep")}</button>
        <button type="button" className="btn" disabled={draft.rows.length >= MOST_ROWS} onClick={draft.more}><Icon name="plus" size={14} />{t("grids.more")}</button>
        {draft.filled > 0 && <button type="button" className="btn quiet" onClick={draft.clear}>{t("grids.clear")}</button>}
        <span className="grid-state" role="status">
          {draft.filled > 0 && (draft.checking ? <span className="sub">{t("grids.checking")}</span> : wrong > 0 ? <Status level="watch">{t("grids.wrong", { count: wrong, shown: digits(wrong, 0) })}</Status> : !problem && <Status level="ok">{t("grids.right", { count: draft.filled, shown: digits(draft.filled, 0) })}</Status>)}
          {draft.filled === 0 && kept && <Status level={isLanding ? "info" : "ok"}>{isLanding ? t("grids.landing") : t("grids.kept", { count: kept.rows, shown: digits(kept.rows, 0) })}</Status>}
        </span>
      </div>
    </section>
  );
}

function TypedRow({ row, cells, view, draft }: { row: number; cells: string[]; view: GridView; draft: Draft }) {
  const { t } = useTranslation();
  const faults = draft.faults.get(row);
  const { language } = useSettings();
  const whole = faults?.get("");
  return (
    <tr>
      {view.columns.map((column, place) => <Cell key={column.name} column={column} row={row} place={place} value={cells[place] ?? ""} view={view} draft={draft} />)}
      <td className="grid-drop"><button type="button" className="icb" aria-label={t("grids.drop_row", { row: row + 1 })} title={t("grids.drop")} onClick={() => draft.drop(row)}><Icon name="x" size={14} /></button>{whole && <span className="grid-fault">{faultText(whole, undefined, t, language)}</span>}</td>
    </tr>
  );
}

function Cell({ column, row, place, value, view, draft }: { column: GridColumn; row: number; place: number; value: string; view: GridView; draft: Draft }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const fault = draft.faults.get(row)?.get(column.name);
  const id = `grid-${row}-${place}`;
  const name = columnName(column, language);
  const paste = (event: ClipboardEvent) => {
    const copied = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(copied.trimEnd())) return;
    event.preventDefault();
    draft.paste(row, place, copied);
  };
  const move = (event: KeyboardEvent) => {
    const to = event.key === "ArrowUp" ? row - 1 : event.key === "ArrowDown" || event.key === "Enter" ? row + 1 : null;
    if (to === null || event.nativeEvent.isComposing || (column.values.length > 0 && event.key !== "Enter")) return;
    event.preventDefault();
    if (event.key === "Enter" && to === draft.rows.length && to < MOST_ROWS) flushSync(draft.more); // what is typed next goes there
    document.getElementById(`grid-${to}-${place}`)?.focus();
  };
  return (
    <td data-label={name}>
      <input
        id={id} className="input small" value={value} autoComplete="off" spellCheck={false} data-column={column.name}
        inputMode={["money", "quantity", "rate", "integer"].includes(column.type) ? "decimal" : undefined}
        aria-label={t("grids.cell", { column: name, row: row + 1 })} aria-invalid={fault ? true : undefined} aria-describedby={fault ? `${id}-why` : undefined}
        placeholder={row === 0 ? hint(column, language, t("grids.filled")) : undefined}
        list={column.values.length ? `${id}-list` : undefined}
        onChange={(event) => draft.put(row, place, event.target.value)} onPaste={paste} onKeyDown={move}
      />
      {column.values.length > 0 && <datalist id={`${id}-list`}>{column.values.map((choice) => <option key={choice} value={spoken(column, choice, language)} />)}</datalist>}
      {fault && <span className="grid-fault" id={`${id}-why`}>{faultText(fault, view.columns[place], t, language)}</span>}
    </td>
  );
}

function hint(column: GridColumn, language: "zh-CN" | "en", filled: string): string | undefined {
  if (column.values.length) return spoken(column, column.values[0] ?? "", language);
  if (column.type === "date") return "2026-11-20";
  if (column.type === "timestamp") return column.filled ? filled : "2026-11-20 09:30";
  if (column.name === "currency") return "CNY";
  return column.filled ? filled : undefined;
}
