import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { rowsBehind, saveRows, type BehindColumn, type RowsBehind } from "../../api/explore";
import type { Query } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { Icon } from "../../components/Icon";
import { announce } from "../../components/announce";
import { say, toNumber, unitOf } from "../../format/number";
import { useWords } from "../boards/context";

const PAGE = 50;

/** The rows that a number is made of, newest first, page by page. */
export function Rows({ query }: { query: Query }) {
  const words = useWords();
  const { t, locale } = words;
  const [source, setSource] = useState("");
  const [offset, setOffset] = useState(0);
  const [said, setSaid] = useState("");
  const key = JSON.stringify(query);
  useEffect(() => { setSource(""); setOffset(0); setSaid(""); }, [key]);
  const asked = useQuery<RowsBehind, Problem>({ queryKey: ["behind", key, source, offset], queryFn: () => rowsBehind({ query, source, offset, limit: PAGE }), retry: false, placeholderData: (before) => before });
  const found = asked.data;
  const sources = found?.sources ?? [];
  const now = sources.find((each) => each.id === found?.source);
  const name = (each: RowsBehind["sources"][number]) => (each.metric && each.metric !== query.metrics[0] ? words.metric(each.metric) : words.pick(each.labels));
  const cell = (column: BehindColumn, row: RowsBehind["rows"][number]): string => {
    const value = row[column.name];
    if (column.role === "time") return String(value ?? "").replace("T", " ");
    if (column.role === "value" || column.role === "quantity") return say(toNumber(value), unitOf({ unit: column.unit === "money" ? "money" : "", currency: column.unit === "money" ? found?.currency : null }), locale, "exact");
    const member = row[`${column.name}_name`] || value;
    return column.role === "dimension" ? words.member(column.name, member) : String(member ?? "—");
  };
  const save = () => void saveRows({ query, source }).then(([held, total]) => {
    const text = held < total ? t("explore.saved_some", { held: held.toLocaleString("en-US"), total: total.toLocaleString("en-US") }) : t("explore.saved", { count: held });
    setSaid(text);
    announce(text);
  }).catch((problem: Problem) => setSaid(problem.message || t("link.gone_first")));
  const number = (column: BehindColumn) => column.role === "value" || column.role === "quantity";
  return (
    <section className="tile page-tile explore-rows" aria-labelledby="rows-head" data-rows={found ? found.total : undefined}>
      <div className="th"><h2 id="rows-head">{t("explore.rows")}</h2>
        <span className="u" role="status">{found && now && !now.why ? t("explore.rows_count", { count: found.total, shown: found.total.toLocaleString("en-US") }) : ""}{said ? ` · ${said}` : ""}</span>
        <span className="r">{found && found.total > 0 && <button type="button" className="btn small" onClick={save} data-save-rows><Icon name="copy" size={14} />{t("explore.csv")}</button>}</span>
      </div>
      {sources.length > 1 && (
        <div className="explore-line" role="group" aria-label={t("explore.sources")}>
          {sources.map((each) => <button key={each.id} type="button" className={each.id === found?.source ? "pill on" : "pill"} aria-pressed={each.id === found?.source} onClick={() => { setSource(each.id); setOffset(0); }}>{name(each)}</button>)}
        </div>
      )}
      {asked.error && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{asked.error.message || t("link.gone_first")}</span></p>}
      {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "80%", height: 16 }} /></div>}
      {now?.why && <p className="sub2">{t(`explore.why_${now.why}`)}</p>}
      {found && now && !now.why && found.total === 0 && <p className="sub2">{t("explore.no_rows")}</p>}
      {found && found.rows.length > 0 && (
        <>
          <div className="scroll explore-table" tabIndex={0} role="region" aria-label={t("explore.rows")}>
            <table className="tbl">
              <thead><tr>{found.columns.map((column) => <th key={column.name} scope="col" className={number(column) ? "num" : undefined}>{words.pick(column.labels as Record<string, string>)}</th>)}</tr></thead>
              <tbody>{found.rows.map((row, index) => <tr key={index}>{found.columns.map((column) => <td key={column.name} className={number(column) ? "num" : undefined}>{cell(column, row)}</td>)}</tr>)}</tbody>
            </table>
          </div>
          <p className="sub">{found.value !== null && found.value !== undefined ? t("explore.adds_up", { value: say(toNumber(found.value), unitOf({ unit: found.columns.at(-1)?.unit === "money" ? "money" : "", currency: found.currency }), locale, "exact") }) : t("explore.distinct")} {t("explore.sealed")}</p>
          {found.total > PAGE && (
            <div className="explore-line">
              <button type="button" className="btn small" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}><Icon name="left" size={14} />{t("explore.newer")}</button>
              <span className="sub">{t("explore.page", { from: (offset + 1).toLocaleString("en-US"), to: Math.min(offset + PAGE, found.total).toLocaleString("en-US"), total: found.total.toLocaleString("en-US") })}</span>
              <button type="button" className="btn small" disabled={offset + PAGE >= found.total} onClick={() => setOffset(offset + PAGE)}>{t("explore.older")}<Icon name="right" size={14} /></button>
            </div>
          )}
        </>
      )}
    </section>
  );
}
