import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { mending, type MendRow, type MendRows, type Replayed } from "../../api/mending";
import type { Problem } from "../../api/problem";
import { announce } from "../../components/announce";
import { Shape, Status } from "../../components/Icon";
import { digits } from "../../format/number";
import { csvOf } from "./csv";
import { count, fileName, text, type Loose } from "./fields";
import { Message } from "./Message";

/** Mend rows that could not be used, in the table, and replay them. */
export function Mend() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const imports = useQuery<unknown, Problem>({ queryKey: ["imports"], queryFn: api.imports, refetchInterval: 5000 });
  const waiting = ((imports.data ?? []) as Loose[]).filter((record) => (count(record, "quarantined") ?? 0) > 0 && record.undone !== true && text(record, "format") !== "grid");
  if (imports.isPending || imports.isError) return <Message problem={imports.error} />;
  const id = chosen || text(waiting[0] ?? {}, "import_id");
  if (!id) return null;
  return (
    <section className="tile page-tile mend" aria-label={t("data.part_quarantine")}>
      <p className="sub2 page-lead">{t("mend.lead")}</p>
      <label className="field mend-which"><span className="lbl">{t("mend.which")}</span>
        <select className="input small" value={id} onChange={(event) => setChosen(event.target.value)}>
          {waiting.map((record) => { const number = text(record, "import_id"); return <option key={number} value={number}>{fileName(text(record, "file"))} · {number.slice(0, 6)}</option>; })}
        </select>
      </label>
      <Rows key={id} id={id} />
    </section>
  );
}

function download(csv: string, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function Rows({ id }: { id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [changed, setChanged] = useState<Record<string, Record<string, string>>>({});
  const [again, setAgain] = useState<Record<string, string>>({});
  const asked = useQuery<MendRows, Problem>({ queryKey: ["mend", id], queryFn: () => mending.rows(id) });
  const replay = useMutation<Replayed, Problem>({
    mutationFn: () => mending.replay(id, changed),
    onSuccess: (said) => {
      setAgain(said.again);
      setChanged((now) => Object.fromEntries(Object.entries(now).filter(([row]) => row in said.again)));
      announce(t("mend.landed", { count: said.landed, shown: digits(said.landed, 0) }));
      for (const key of ["imports", "quarantine", "mend"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  if (asked.isPending || asked.isError) return asked.error ? <p className="refused" role="alert">{asked.error.message || t("state.error")}</p> : null;
  const { columns, rows, total } = asked.data;
  const mended = Object.keys(changed).length;
  const first = columns.filter((name) => rows.some((row) => row.column === name)); // what cannot be read, before the rest
  const order = [...first, ...columns.filter((name) => !first.includes(name))];
  const put = (row: MendRow, name: string, value: string) => setChanged((now) => ({ ...now, [row.quarantine_id]: { ...now[row.quarantine_id], [name]: value } }));
  const said = replay.data;
  return (
    <>
      <p className="sub2"><b>{t("mend.rows", { count: total, shown: digits(total, 0) })}</b></p>
      {rows.length > 0 && <p className="sub2"><Shape level="info" size={12} /> {t("mend.personal")}{total > rows.length && ` ${t("mend.first", { shown: digits(rows.length, 0) })}`}</p>}
      {rows.length > 0 && (
        <div className="scroll mend-rows">
          <table className="tbl grid-cells">
            <thead><tr><th scope="col" className="num">{t("data.row")}</th><th scope="col">{t("data.reason")}</th>{order.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.quarantine_id} data-row={row.row}>
                  <td className="num" data-label={t("data.row")}>{row.row}</td>
                  <td className="mend-why" data-label={t("data.reason")}>{row.column} {row.why}{row.quarantine_id in again && <span className="grid-fault">{t("mend.again", { why: t(`reason.${again[row.quarantine_id]}`, { defaultValue: row.why }) })}</span>}</td>
                  {order.map((name) => (
                    <td key={name} data-label={name}><input className="input small" value={changed[row.quarantine_id]?.[name] ?? row.cells[columns.indexOf(name)] ?? ""} aria-label={t("mend.cell", { column: name, row: row.row })} aria-invalid={row.column === name && changed[row.quarantine_id]?.[name] === undefined ? true : undefined} autoComplete="off" spellCheck={false} data-cell={name} onChange={(event) => put(row, name, event.target.value)} /></td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {replay.error && <p className="refused" role="alert">{replay.error.message || t("state.error")}</p>}
      <div className="bring-acts">
        <button type="button" className="btn pri" data-replay disabled={!mended || replay.isPending} onClick={() => replay.mutate()}>{mended ? t("mend.replay", { count: mended, shown: digits(mended, 0) }) : t("mend.replay_none")}</button>
        {rows.length > 0 && <button type="button" className="btn" onClick={() => download(csvOf(asked.data), `${fileName(asked.data.file)}.csv`)}>{t("mend.all")}</button>}
        <span role="status" className="grid-state">{said && <Status level={said.refused ? "watch" : "ok"}>{t("mend.landed", { count: said.landed, shown: digits(said.landed, 0) })}{said.refused > 0 && ` · ${t("mend.refused", { count: said.refused, shown: digits(said.refused, 0) })}`}</Status>}</span>
      </div>
    </>
  );
}
