/** Records of the server whose fields may grow: the first of several names that is there. */
export type Loose = Record<string, unknown>;

export function text(record: Loose, ...names: string[]): string {
  for (const name of names) {
    const value = record[name];
    if (typeof value === "string" && value) return value;
    if (typeof value === "number") return String(value);
  }
  return "";
}

export function count(record: Loose, name: string): number | null {
  const value = record[name];
  return typeof value === "number" ? value : typeof value === "string" && value !== "" && !Number.isNaN(Number(value)) ? Number(value) : null;
}

export function when(record: Loose, ...names: string[]): Date | null {
  const told = text(record, ...names);
  const at = told ? new Date(told) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
}

/** Last part of a path: a reader knows the file, not the folder. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
