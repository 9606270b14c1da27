import type { Answer, AnswerColumn, Row, TileSpec } from "../../api/contracts";
import { say, sayChange, toNumber, unitOf } from "../../format/number";
import { longLabel, readLabel, weekdayName } from "../../format/time";
import { useWords, type BoardNow, compareOfTile, timeOfTile, useBoard } from "./context";
import { metricOf } from "./answers";

type Words = ReturnType<typeof useWords>;

function isNumber(column: AnswerColumn): boolean {
  return column.role === "metric" || column.role === "comparison" || column.role === "change" || (!column.role && column.unit !== undefined);
}

export function cellText(column: AnswerColumn, row: Row, words: Words, ratio: boolean): string {
  const cell = row[column.name];
  if (column.role === "change") return sayChange(toNumber(cell), ratio, words.locale);
  if (isNumber(column)) return say(toNumber(cell), unitOf(column), words.locale, "exact");
  if (column.name === "weekday") return weekdayName(Number(cell), words.locale);
  if (column.name === "hour_of_day") return `${String(cell).padStart(2, "0")}:00`;
  return readLabel(cell) ? longLabel(cell, words.locale) : words.member(column.name, cell);
}

function heading(column: AnswerColumn, spec: TileSpec, board: BoardNow, answer: Answer, words: Words, role: string): string {
  const compare = words.compareName(compareOfTile(spec, board, role), timeOfTile(spec, board, role), answer);
  if (column.role === "comparison") return `${words.metric(metricOf(column))}${words.t("table.before", { compare })}`;
  if (column.role === "change") return words.t("table.change");
  if (column.role === "currency") return words.t("table.currency");
  if (isNumber(column)) return words.metric(metricOf(column));
  if (column.role === "time" || ["weekday", "hour_of_day", "day", "hour", "week", "month", "quarter", "year", "quarter_hour"].includes(column.name)) return words.t(`grain.${column.name as "day"}`, { defaultValue: column.name });
  return words.dimension(column.name);
}

/** The answer a chart is drawn from, with the most to read in it: the curve of a hero, else the main one. */
export function tableRole(spec: TileSpec, answers: Record<string, Answer>): string {
  if (spec.kind === "hero" && answers.curve) return "curve";
  return answers.main ? "main" : (Object.keys(answers)[0] ?? "main");
}

function useTable(spec: TileSpec, answers: Record<string, Answer>) {
  const words = useWords();
  const board = useBoard();
  const role = tableRole(spec, answers);
  const answer = answers[role];
  if (!answer) return null;
  const ratios = new Set(answer.columns.filter((column) => unitOf(column).kind === "ratio" && column.role !== "change").map(metricOf));
  const text = (column: AnswerColumn, row: Row) => cellText(column, row, words, ratios.has(metricOf(column)));
  const heads = answer.columns.map((column) => heading(column, spec, board, answer, words, role));
  return { answer, words, text, heads };
}

/** The table behind a tile: all digits, to read, copy and hear. */
export function TileTable({ spec, answers }: { spec: TileSpec; answers: Record<string, Answer> }) {
  const table = useTable(spec, answers);
  if (!table) return null;
  const { answer, text, heads, words } = table;
  const row = (cells: Row, key: string | number, kind?: string, label?: string) => (
    <tr key={key} className={kind}>
      {answer.columns.map((column, index) => {
        const shown = index === 0 && label && !isNumber(column) ? label : label && !isNumber(column) ? "" : text(column, cells);
        return index === 0 && !isNumber(column) ? <th key={column.name} scope="row">{shown}</th> : <td key={column.name} className={isNumber(column) ? "num" : undefined}>{shown}</td>;
      })}
    </tr>
  );
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={words.t("tile.table")}>
      <table className="tbl">
        <thead><tr>{answer.columns.map((column, index) => <th key={column.name} scope="col" className={isNumber(column) ? "num" : undefined}>{heads[index]}</th>)}</tr></thead>
        <tbody>
          {answer.rows.map((cells, index) => row(cells, index))}
          {answer.others && row(answer.others, "others", "rest", words.t("member.others"))}
          {answer.totals && answer.rows.length > 1 && row(answer.totals, "totals", "total", words.t("table.total"))}
        </tbody>
      </table>
    </div>
  );
}

/** The same table as tab-separated text, headings first. A text that a spreadsheet would run as a formula is guarded. */
export function tableText(answer: Answer, heads: string[]): string {
  const guard = (cell: unknown) => {
    const plain = cell === null || cell === undefined ? "" : String(cell).replace(/[\t\r\n]+/g, " ");
    return /^[=+@]/.test(plain) || (/^-/.test(plain) && Number.isNaN(Number(plain))) ? `'${plain}` : plain;
  };
  const rows = [...answer.rows, ...(answer.others ? [answer.others] : []), ...(answer.totals ? [answer.totals] : [])];
  return [heads.join("\t"), ...rows.map((row) => answer.columns.map((column) => guard(row[column.name])).join("\t"))].join("\n");
}

export function useTableText(spec: TileSpec, answers: Record<string, Answer> | undefined): () => string {
  const table = useTable(spec, answers ?? {});
  return () => (table ? tableText(table.answer, table.heads) : "");
}
