/** Cells as spreadsheets copy them: tabs between cells, lines between rows, quotes around cells that hold either. */
import type { GridColumn } from "../../api/grids";

export type Rows = string[][];
export const MOST_ROWS = 500; // in the page; a longer list is imported as a file

/** A copied range into rows of cells. */
export function rowsOf(text: string): Rows {
  const rows: Rows = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at++) {
    const sign = plain[at] ?? "";
    if (quoted && sign === '"' && plain[at + 1] === '"') { cell += '"'; at++; }
    else if (sign === '"' && (quoted || cell === "")) quoted = !quoted;
    else if (!quoted && (sign === "\t" || sign === "\n")) {
      rows.at(-1)?.push(cell.trim());
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign === "\n" ? " " : sign;
  }
  rows.at(-1)?.push(cell.trim());
  return rows;
}

const plain = (text: string) => text.toLowerCase().replace(/[\s_*：:（）()-]/g, "");

/** The columns that a first line names, or null when it is no header. */
export function headerOf(row: string[], columns: GridColumn[]): number[] | null {
  const found = row.map((cell) => columns.findIndex((column) => cell !== "" && [column.name, column.name.replace(/_id$/, ""), column.label].some((name) => plain(name) === plain(cell))));
  const named = found.filter((place) => place >= 0).length;
  return named > 0 && named === row.filter((cell) => cell !== "").length ? found : null;
}

export const blank = (columns: GridColumn[]) => columns.map(() => "");
export const isFilled = (row: string[]) => row.some((cell) => cell.trim() !== "");

/** The rows with a copied range put in from a cell on; a range that begins with a header goes to the columns that it names. */
export function pasted(rows: Rows, at: { row: number; column: number }, text: string, columns: GridColumn[]): Rows {
  const range = rowsOf(text);
  const header = headerOf(range[0] ?? [], columns);
  const body = (header ? range.slice(1) : range).filter(isFilled);
  const next = rows.map((row) => [...row]);
  body.forEach((cells, down) => {
    const row = at.row + down;
    if (row >= MOST_ROWS) return;
    while (next.length <= row) next.push(blank(columns));
    cells.forEach((cell, across) => {
      const place = header ? (header[across] ?? -1) : at.column + across;
      const line = next[row];
      if (line && place >= 0 && place < columns.length) line[place] = cell;
    });
  });
  return next;
}

const written = (cell: string) => (/["\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** What is sent: the header, then the filled rows; `lines` says which row of the page each line is (the server counts the header as 1). */
export function sent(rows: Rows, columns: GridColumn[]): { text: string; lines: number[] } {
  const lines = rows.map((row, index) => ({ row, index })).filter(({ row }) => isFilled(row));
  const head = columns.map((column) => column.name).join("\t");
  return { text: [head, ...lines.map(({ row }) => row.map(written).join("\t"))].join("\n"), lines: lines.map(({ index }) => index) };
}
