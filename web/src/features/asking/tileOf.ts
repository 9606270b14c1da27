import type { BoardSpec, Catalog, Query, TileSpec } from "../../api/contracts";
import { questionFor, suggest } from "../editing/draft";

/** The id of the board that holds an answer while it is looked at; nobody keeps it. */
export const ASKED = "asked";

/** A tile that answers a question in the chart that suits it. An order that was asked for stays as it is. */
export function tileOf(query: Query, title: Record<string, string>, catalog: Catalog): TileSpec {
  const kind = suggest(query.metrics, query.by ?? [], catalog)[0]?.kind ?? "table";
  const suited = questionFor(kind, query);
  const main = query.order?.length ? { ...suited, order: query.order, limit: query.limit ?? suited.limit } : suited;
  const isSmall = kind === "number";
  return { id: "answer", kind, title, place: { x: 0, y: 0, w: isSmall ? 4 : 12, h: isSmall ? 4 : kind === "strip" ? 3 : 9 }, queries: { main } };
}

export function boardOf(tile: TileSpec, title: Record<string, string>): BoardSpec {
  const main = tile.queries.main;
  return { id: ASKED, title, tiles: [tile], time: main?.time ?? { relative: "last 30d", since: null, until: null }, compare: main?.compare ?? null };
}
