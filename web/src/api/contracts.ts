/** What boards and tiles look like on the wire: the same names as src/castanea/contracts/{board,query}.py. */
export type Text = Record<string, string>;
export type Cell = string | number | boolean | null;

export interface Filter {
  dimension: string;
  op: "=" | "!=" | "in" | "not_in" | "is_empty" | "is_not_empty";
  values: string[];
}

export interface TimeRange {
  relative?: string;
  since?: string | null;
  until?: string | null;
}

export type Comparison = "yesterday" | "previous" | "last_week" | "last_year";

export interface Query {
  metrics: string[];
  by?: string[];
  where?: Filter[];
  time?: TimeRange;
  compare?: Comparison | null;
  order?: { by: string; descending?: boolean }[];
  limit?: number | null;
  totals?: boolean;
}

export interface AnswerColumn {
  name: string;
  role?: "time" | "dimension" | "metric" | "comparison" | "change" | "currency";
  unit?: string;
  currency?: string | null;
  metric?: string;
}

export interface Period {
  start: string | null;
  end: string | null;
  zone: string;
  complete?: boolean;
}

export interface Quality {
  score: number;
  causes?: { code: string; share?: string; values?: Record<string, string> }[];
}

export type Row = Record<string, Cell>;

export interface Answer {
  columns: AnswerColumn[];
  rows: Row[];
  as_of: string | null;
  quality: Quality;
  period?: Period;
  compared?: Period | null;
  totals?: Row | null;
  others?: Row | null;
  members?: number | null;
  notes?: { code: string; values?: Record<string, string> }[];
}

export type TileKind =
  | "hero" | "number" | "strip" | "line" | "columns" | "combo" | "bars" | "table" | "rows" | "provinces" | "heatmap" | "donut" | "waterfall"
  | "funnel" | "cohort" | "scatter" | "calendar" | "treemap" | "rate" | "feed" | "text";

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface TileSpec {
  id: string;
  kind: TileKind;
  title: Text;
  place: Place;
  queries: Record<string, Query>;
  follow?: boolean;
  options?: Record<string, unknown>;
  needs?: string[][];
  takes?: string[] | null;
}

export interface BoardSpec {
  id: string;
  title: Text;
  tiles: TileSpec[];
  time: TimeRange;
  compare: Comparison | null;
  filters?: string[];
  live?: boolean;
  wall?: boolean;
  version?: number;
  questions?: Text[];
  /** The dimension of which this board shows one member; empty for a board of the whole shop. */
  subject?: string;
}

export interface BoardEntry {
  id: string;
  title: Text;
  wall?: boolean;
  live?: boolean;
}

export interface Freshness {
  state: "live" | "quiet" | "late" | "stopped" | "loading" | "rebuilding";
  as_of: string | null;
  since?: string | null;
  source?: string;
  share?: number | null;
}

export interface TilePayload {
  tile: string;
  state: "ok" | "empty" | "no_data" | "error" | "not_enough" | "no_permission";
  answers: Record<string, Answer>;
  freshness: Freshness;
  extra?: Record<string, unknown>;
  problem?: { code?: string; detail?: Text | string; [key: string]: unknown } | null;
}

/** A table that was never imported, and the formats that bring it. */
export interface Lacking {
  table: string;
  labels: Text;
  formats: { name: string; labels: Text }[];
}

export interface FestivalDay {
  day: string;
  name: string;
  labels: Text;
  number: number;
}

export interface Frame {
  view: string;
  sequence: number;
  at: string;
  tiles: TilePayload[];
}

export interface View {
  board: string;
  time?: TimeRange | null;
  compare?: Comparison | "none" | null;
  where?: Filter[];
  /** The board itself, while it is edited. */
  spec?: BoardSpec | null;
}

export interface OpenedView {
  view: string;
  board: BoardSpec;
  frame: Frame;
}

export interface MetricInfo {
  name: string;
  labels: Text;
  description: Text;
  formula: Text;
  unit: string;
  direction: string;
  additivity: string;
  owner: string;
  aliases: string[];
  source: string;
  group: string;
  /** The dimensions by which it can be cut and filtered. */
  cuts: string[];
}

export interface DimensionInfo {
  name: string;
  labels: Text;
  members: Record<string, Text>;
}

export interface Catalog {
  metrics: Record<string, MetricInfo>;
  dimensions: Record<string, DimensionInfo>;
}
