import type { TFunction } from "i18next";
import type { GridColumn, GridFault } from "../../api/grids";
import type { Locale } from "../../format/number";

/** A column in the reader's language. */
export function columnName(column: GridColumn, language: Locale): string {
  if (language === "zh-CN") return column.label;
  const words = column.name.replace(/_id$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value of a list in the reader's language; the server understands both. */
export function spoken(column: GridColumn, value: string, language: Locale): string {
  const place = column.values.indexOf(value);
  return place >= 0 && language === "zh-CN" ? (column.labels[place] ?? value) : value;
}

/** What is wrong with a cell and what may stand there. */
export function faultText(fault: GridFault, column: GridColumn | undefined, t: TFunction, language: Locale): string {
  const valid = column && column.values.length ? column.values.map((value) => spoken(column, value, language)).join(language === "zh-CN" ? "、" : ", ") : "";
  return t(`grids.fault_${fault.reason}`, { value: fault.value, valid, defaultValue: fault.valid });
}
