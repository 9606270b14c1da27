/** The catalogue of metrics and dimensions as the pages use it; fields that a server leaves out are empty, never guessed. */
import type { Catalog, DimensionInfo, MetricInfo, Text } from "./contracts";

type Loose = Record<string, unknown>;

function text(value: unknown): Text {
  if (typeof value === "string") return { "zh-CN": value, en: value };
  return value && typeof value === "object" ? (value as Text) : {};
}

function list(value: unknown): Loose[] {
  if (Array.isArray(value)) return value as Loose[];
  if (value && typeof value === "object") return Object.entries(value as Record<string, Loose>).map(([name, each]) => ({ name, ...each }));
  return [];
}

function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (value && typeof value === "object") return Object.values(value as Record<string, unknown>).flatMap(words);
  return typeof value === "string" ? [value] : [];
}

function metric(told: Loose): MetricInfo {
  return {
    name: String(told.name ?? ""), labels: text(told.labels ?? told.label), description: text(told.description ?? told.descriptions), formula: text(told.formula ?? told.formulas),
    unit: String(told.unit ?? ""), direction: String(told.direction ?? ""), additivity: String(told.additivity ?? ""), owner: String(told.owner ?? ""),
    aliases: words(told.aliases), source: words(told.sources ?? told.source ?? told.facts ?? told.tables).join(", "), group: String(told.group ?? ""), cuts: words(told.cuts),
  };
}

function dimension(told: Loose): DimensionInfo {
  const members = told.members && typeof told.members === "object" ? (told.members as Record<string, Text>) : {};
  return { name: String(told.name ?? ""), labels: text(told.labels ?? told.label), members: Object.fromEntries(Object.entries(members).map(([key, value]) => [key, text(value)])) };
}

export function readCatalog(told: unknown): Catalog {
  const document = (told ?? {}) as Loose;
  const byName = <T extends { name: string }>(items: T[]) => Object.fromEntries(items.map((item) => [item.name, item]));
  return { metrics: byName(list(document.metrics).map(metric)), dimensions: byName(list(document.dimensions).map(dimension)) };
}

export const EMPTY_CATALOG: Catalog = { metrics: {}, dimensions: {} };
