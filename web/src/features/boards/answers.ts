/** Reading an answer by the roles of its columns, never by their names. */
import type { Answer, AnswerColumn, Row } from "../../api/contracts";
import { toNumber, unitOf, type Unit } from "../../format/number";

export interface Measure {
  metric: string;
  column: string;
  unit: Unit;
  /** The same metric in the earlier period; empty when nothing is compared. */
  before: string;
  change: string;
  /** A change of a ratio is told in points. */
  points: boolean;
}

export function metricOf(column: AnswerColumn): string {
  return column.metric || column.name;
}

export function measures(answer: Answer | undefined): Measure[] {
  if (!answer) return [];
  const metrics = answer.columns.filter((column) => (column.role ?? "metric") === "metric" && (column.unit !== undefined || column.role === "metric"));
  const other = (role: string, metric: string) => answer.columns.find((column) => column.role === role && metricOf(column) === metric)?.name ?? "";
  return metrics.map((column) => {
    const metric = metricOf(column);
    const told = unitOf(column);
    // A mean of counts (2.4 units an order) has decimals that a count has not.
    const unit = told.kind === "count" && answer.rows.some((row) => row[column.name] !== null && !Number.isInteger(Number(row[column.name]))) ? { ...told, kind: "number" as const } : told;
    return { metric, column: column.name, unit, before: other("comparison", metric), change: other("change", metric), points: unit.kind === "ratio" };
  });
}

export function measure(answer: Answer | undefined, metric?: string): Measure | null {
  const all = measures(answer);
  return (metric ? all.find((each) => each.metric === metric) : all[0]) ?? null;
}

export function keys(answer: Answer | undefined, role: "time" | "dimension"): AnswerColumn[] {
  return answer?.columns.filter((column) => column.role === role) ?? [];
}

/** The first column that tells the rows apart: time, cycle or dimension. */
export function keyOf(answer: Answer | undefined): AnswerColumn | null {
  return answer?.columns.find((column) => column.role === "time" || column.role === "dimension") ?? null;
}

/** The columns that name a row: where an answer gives a member's name beside its code (product, product_name), the name stands for both. */
export function naming(answer: Answer | undefined): AnswerColumn[] {
  const columns = answer?.columns.filter((column) => column.role === "time" || column.role === "dimension") ?? [];
  return columns.filter((column) => !columns.some((other) => other.name === column.name.replace(/_name$/, "") && other !== column));
}

/** A member's own name in a row, else its code. */
export function memberCell(answer: Answer, column: AnswerColumn, row: Row): unknown {
  const named = `${column.name}_name`;
  return answer.columns.some((each) => each.name === named) && row[named] ? row[named] : row[column.name];
}

export function num(row: Row | null | undefined, column: string): number | null {
  return row && column ? toNumber(row[column]) : null;
}

export function valueOf(row: Row | null | undefined, of: Measure | null): number | null {
  return of ? num(row, of.column) : null;
}

export function beforeOf(row: Row | null | undefined, of: Measure | null): number | null {
  return of ? num(row, of.before) : null;
}

/** The change as the server computed it: a share of the earlier value, or points of a ratio. */
export function changeOf(row: Row | null | undefined, of: Measure | null): number | null {
  return of ? num(row, of.change) : null;
}

/** The one row of an answer without `by` (the first currency's, where there are several). */
export function only(answer: Answer | undefined): Row | null {
  return answer?.rows[0] ?? null;
}

/** The unit with the row's own currency, where the answer has one row per currency. */
export function unitIn(row: Row | null | undefined, of: Measure, answer: Answer | undefined): Unit {
  const column = answer?.columns.find((each) => each.role === "currency");
  const currency = column && row ? row[column.name] : null;
  return of.unit.kind === "money" && currency ? { ...of.unit, currency: String(currency) } : of.unit;
}

/** Each part's share of the whole; unknown where there is no whole or it is not positive. */
export function shareOf(value: number | null, whole: number | null): number | null {
  return value === null || whole === null || whole <= 0 ? null : value / whole;
}
