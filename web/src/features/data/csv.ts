import type { MendRows } from "../../api/mending";

const written = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A cell that a spreadsheet would run is guarded; numbers stay numbers. */
export function guarded(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.,]+%?$/.test(cell) ? `'${cell}` : cell;
}

/** The listed rows as CSV, with their reasons. */
export function csvOf({ columns, rows }: MendRows): string {
  const lines = [["row", "reason", "column", ...columns], ...rows.map((row) => [String(row.row), row.why, row.column, ...row.cells])];
  return `\ufeff${lines.map((line) => line.map((cell) => written(guarded(cell))).join(",")).join("\r\n")}\r\n`;
}
