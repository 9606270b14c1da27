import { useCallback, useEffect, useState } from "react";
import { grids, type GridFault, type GridView } from "../../api/grids";
import type { Problem } from "../../api/problem";
import { blank, isFilled, pasted, sent, type Rows } from "./cells";

const FIRST_ROWS = 3;
const PAUSE = 400; // ms after the last key, before the server is asked

export interface Draft {
  rows: Rows;
  filled: number;
  /** Of the rows as they were when last checked: row of the page → column name ("" = the row) → fault. */
  faults: Map<number, Map<string, GridFault>>;
  /** Faults that belong to no row. */
  others: GridFault[];
  checking: boolean;
  problem: Problem | null;
  put: (row: number, column: number, value: string) => void;
  paste: (row: number, column: number, text: string) => void;
  more: () => void;
  drop: (row: number) => void;
  correct: (row: string[]) => void;
  clear: () => void;
  told: (faults: GridFault[]) => void;
}

/** The rows being typed; checked by the server a moment after each change. */
export function useDraft(view: GridView): Draft {
  const { table, columns } = view;
  const [rows, setRows] = useState<Rows>(() => Array.from({ length: FIRST_ROWS }, () => blank(columns)));
  const [found, setFound] = useState<GridFault[]>([]);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { text, lines } = sent(rows, columns);
  const filled = lines.length;
  useEffect(() => {
    if (!filled) { setFound([]); setChecking(false); setProblem(null); return undefined; }
    let isStale = false;
    setChecking(true);
    const timer = setTimeout(() => {
      grids.check(table, text).then(
        (said) => { if (!isStale) { setFound(said.faults); setProblem(null); setChecking(false); } },
        (refused: Problem) => { if (!isStale) { setProblem(refused); setChecking(false); } },
      );
    }, PAUSE);
    return () => { isStale = true; clearTimeout(timer); };
  }, [table, text, filled]);
  const faults = new Map<number, Map<string, GridFault>>();
  const others: GridFault[] = [];
  for (const fault of found) {
    const row = lines[fault.row - 2];
    if (row === undefined) others.push(fault);
    else faults.set(row, (faults.get(row) ?? new Map<string, GridFault>()).set(fault.column, fault));
  }
  const change = useCallback((next: (rows: Rows) => Rows) => setRows((now) => next(now)), []);
  return {
    rows, filled, faults, others, checking, problem,
    put: (row, column, value) => change((now) => now.map((cells, at) => (at === row ? cells.map((cell, place) => (place === column ? value : cell)) : cells))),
    paste: (row, column, copied) => change((now) => pasted(now, { row, column }, copied, columns)),
    more: () => change((now) => [...now, blank(columns)]),
    drop: (row) => change((now) => (now.length > 1 ? now.filter((_, at) => at !== row) : [blank(columns)])),
    correct: (cells) => change((now) => [...now.filter(isFilled), [...cells]]),
    clear: () => setRows(Array.from({ length: FIRST_ROWS }, () => blank(columns))),
    told: setFound,
  };
}
