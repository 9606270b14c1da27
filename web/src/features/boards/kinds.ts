/** Which component draws which kind of tile. A board is data: nothing here knows a board by name. */
import type { ComponentType, ReactNode } from "react";
import type { TileKind, TilePayload, TileSpec } from "../../api/contracts";
import type { TileNow } from "../../live/tiles";
import { Bars } from "./tiles/Bars";
import { CalendarTile } from "./tiles/CalendarTile";
import { Cohort } from "./tiles/Cohort";
import { ColumnsTile } from "./tiles/ColumnsTile";
import { ComboTile } from "./tiles/ComboTile";
import { Donut } from "./tiles/Donut";
import { Feed, Rate } from "./tiles/Feed";
import { Funnel } from "./tiles/Funnel";
import { HeatTile } from "./tiles/HeatTile";
import { Hero } from "./tiles/Hero";
import { NumberTile } from "./tiles/NumberTile";
import { ProvincesTile } from "./tiles/ProvincesTile";
import { Strip } from "./tiles/Strip";
import { RowsTile } from "./tiles/RowsTile";
import { ScatterTile } from "./tiles/ScatterTile";
import { TextTile } from "./tiles/TextTile";
import { TreemapTile } from "./tiles/TreemapTile";
import { TrendTile } from "./tiles/TrendTile";
import { Waterfall } from "./tiles/Waterfall";

export interface TileParts {
  spec: TileSpec;
  now: TileNow;
  payload: TilePayload;
  /** The title line: a note in hints' ink behind the title, anything at its right end before the menu; `bare` leaves the end out. */
  head: (note?: ReactNode, right?: ReactNode, bare?: boolean) => ReactNode;
  /** The end of a title line, for a kind that has two of them: anything, then the menu. */
  end: (right?: ReactNode) => ReactNode;
  /** The foot: freshness at the left; the right side is the quality unless told otherwise. */
  foot: (right?: ReactNode) => ReactNode;
  full: boolean;
}

export const BODIES: Partial<Record<TileKind, ComponentType<TileParts>>> = {
  hero: Hero, number: NumberTile, strip: Strip, line: TrendTile, columns: ColumnsTile, bars: Bars, table: RowsTile,
  provinces: ProvincesTile, heatmap: HeatTile, donut: Donut, rate: Rate, feed: Feed, rows: RowsTile, combo: ComboTile, waterfall: Waterfall, funnel: Funnel,
  cohort: Cohort, scatter: ScatterTile, calendar: CalendarTile, treemap: TreemapTile, text: TextTile,
};

/** Kinds whose title is no measure's name: its definition is not what the title should open. */
export const UNNAMED: ReadonlySet<TileKind> = new Set<TileKind>(["table", "rows", "feed", "waterfall", "funnel", "scatter", "combo", "text"]);

/** Kinds that fill the tile to its edges and carry their titles inside. */
export const FLUSH: ReadonlySet<TileKind> = new Set<TileKind>(["strip"]);
