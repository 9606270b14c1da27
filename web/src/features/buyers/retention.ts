/** Cohorts as rows of a triangle, newest first. */
import type { BuyerGroups } from "../../api/buyers";

export type Cell = NonNullable<BuyerGroups["cohorts"]>[number];
export interface CohortRow {
  cohort: string;
  size: number;
  cells: (Cell | undefined)[];
}

/** The newest `most` cohorts with their ages 1 to `ages`; a cell that is not told of is undefined. */
export function retentionRows(cells: readonly Cell[], most: number, ages: number): CohortRow[] {
  const rows = new Map<string, CohortRow>();
  for (const cell of cells) {
    const row = rows.get(cell.cohort) ?? { cohort: cell.cohort, size: cell.size, cells: Array<Cell | undefined>(ages).fill(undefined) };
    if (cell.age >= 1 && cell.age <= ages) row.cells[cell.age - 1] = cell;
    rows.set(cell.cohort, row);
  }
  return [...rows.values()].sort((a, b) => (a.cohort < b.cohort ? 1 : -1)).slice(0, most);
}
