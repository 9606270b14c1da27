/** What was said of a board's tiles, and where it stands on their charts. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { remarksApi, type Remark, type RemarksAnswer } from "../../api/remarks";

export interface Mark {
  /** First and last point of the chart that it is about. */
  from: number;
  to: number;
  text: string;
  /** How many remarks stand there. */
  count: number;
}

const NONE: RemarksAnswer = { remarks: [], names: {} };
const EVERY_MS = 10_000;

export function useRemarks(board: string, on: boolean): RemarksAnswer {
  return useQuery({ queryKey: ["remarks", board], queryFn: () => remarksApi.of(board), enabled: on, refetchInterval: EVERY_MS }).data ?? NONE;
}

export function byTile(remarks: readonly Remark[]): Map<string, Remark[]> {
  const found = new Map<string, Remark[]>();
  for (const remark of remarks) found.set(remark.tile, [...(found.get(remark.tile) ?? []), remark]);
  return found;
}

/** Remarks with days, on the points that show those days; several on the same days are one mark. Days that the chart does not show are left out. */
export function marksOf(at: readonly string[], remarks: readonly Remark[]): Mark[] {
  const days = at.map((cell) => cell.slice(0, 10));
  const whole = /^\d{4}-\d\d-\d\d$/;
  if (!days.length || !days.every((day) => whole.test(day)) || new Set(days).size !== days.length) return [];
  const found = new Map<string, Mark>();
  for (const remark of remarks) {
    if (!remark.since) continue;
    const from = days.findIndex((day) => day >= remark.since);
    const to = days.findLastIndex((day) => day <= remark.until);
    if (from < 0 || to < from) continue;
    const key = `${from} ${to}`;
    const known = found.get(key);
    found.set(key, { from, to, text: known ? `${known.text}\n${remark.text}` : remark.text, count: (known?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** The marks of one tile's chart. */
export function useMarks(at: readonly string[], remarks: readonly Remark[] | undefined): Mark[] {
  return useMemo(() => marksOf(at, remarks ?? []), [at, remarks]);
}
