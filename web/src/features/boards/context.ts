/** What the tiles of an open board share. */
import { createContext, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useAppearance } from "../../app/settings";
import { EMPTY_CATALOG } from "../../api/catalog";
import type { Answer, BoardSpec, Catalog, TileSpec, TimeRange, View } from "../../api/contracts";
import type { Remark } from "../../api/remarks";
import { memberName } from "../../format/members";
import { pick } from "../../i18n";
import { compareOf, timeOf, type CompareChoice } from "./view";

export interface BoardNow {
  board: BoardSpec;
  view: View;
  catalog: Catalog;
  wall: boolean;
  phone: boolean;
  /** The server cannot be reached; figures are those of `offlineSince`. */
  offlineSince: number | null;
  change: (view: View) => void;
  retry: () => void;
  /** Boards about one member of a dimension, by that dimension: where a product's name leads. */
  pages?: Record<string, string>;
  /** What a press on one member does: the board, or the exploration, shows that member alone. */
  pick?: (dimension: string, member: string) => void;
  /** What a press on a time cell, or a drag from one to another, does. */
  zoom?: (from: string, to: string) => void;
  /** What was said of the tiles, by tile. */
  said?: ReadonlyMap<string, readonly Remark[]>;
  /** Open what is said of a tile, or make a card of it. */
  talk?: (tile: string, begin: "talk" | "card", snapshot: () => string) => void;
}

export const BoardContext = createContext<BoardNow | null>(null);

export function useBoard(): BoardNow {
  const board = useContext(BoardContext);
  if (!board) throw new Error("a tile stands outside of a board");
  return board;
}

export function compareOfTile(spec: TileSpec, now: BoardNow, role = "main"): CompareChoice {
  const own = spec.queries[role]?.compare;
  if (own) return own;
  return spec.follow === false ? "none" : compareOf(now.view, now.board);
}

export function timeOfTile(spec: TileSpec, now: BoardNow, role = "main"): TimeRange {
  const own = spec.queries[role]?.time;
  return own && (own.relative || own.since) ? own : timeOf(now.view, now.board);
}

/** The words that boards need, in the reader's language. */
export function useWords() {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const context = useContext(BoardContext);
  const catalog = context?.catalog ?? EMPTY_CATALOG;
  return useMemo(() => {
    const rangeName = (time: TimeRange): string => {
      if (!time.relative) return time.since ? t("range.days", { since: time.since, until: time.until ?? "" }) : t("range.all");
      const last = /^last (\d+)(d|w|m|min)$/.exec(time.relative);
      if (last) return t(`range.last_${last[2] as "d" | "w" | "m" | "min"}`, { count: Number(last[1]) });
      return t(`range.${time.relative.replace(" ", "_") as "today"}`);
    };
    const compareName = (compare: CompareChoice, time: TimeRange, answer?: Answer): string => {
      const running = answer?.period?.complete === false || time.relative === "today";
      if (compare === "previous" && time.relative === "today") return t("compare.yesterday_now");
      const last = /^last (\d+)d$/.exec(time.relative ?? "");
      if (compare === "previous" && last) return t("compare.previous_days", { count: Number(last[1]) });
      if ((compare === "yesterday" || compare === "last_week") && running) return t(`compare.${compare}_now`);
      return t(`compare.${compare}`);
    };
    /** Inside a sentence with the value, English says "yesterday" where the base alone is "same time yesterday". */
    const compareShort = (compare: CompareChoice, time: TimeRange, answer?: Answer): string => {
      const name = compareName(compare, time, answer);
      return locale === "en" && name.startsWith("same ") ? name.replace(/^same (time|day) /, "") : name;
    };
    return {
      t, locale, others: t("member.others"), rangeName, compareName, compareShort,
      /** A name that begins a label: English begins it with a capital. */
      begin: (text: string) => (locale === "en" ? text.charAt(0).toUpperCase() + text.slice(1) : text),
      /** A name inside a sentence: English leaves the capital out, but not of UV or GMV. */
      inside: (text: string) => (locale === "en" && /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text),
      metric: (name: string) => pick(catalog.metrics[name]?.labels, locale) || name,
      /** A measure's name behind a title, unless the title already says it. */
      beside: (name: string, title: Record<string, string> | undefined) => {
        const label = pick(catalog.metrics[name]?.labels, locale) || name;
        return pick(title, locale).toLowerCase().includes(label.toLowerCase()) ? "" : label;
      },
      dimension: (name: string) => pick(catalog.dimensions[name]?.labels, locale) || name,
      member: (dimension: string, member: unknown) => memberName(dimension, member, locale, catalog.dimensions[dimension]?.members, t("member.unknown")),
      pick: (text: Record<string, string> | string | null | undefined) => pick(text, locale),
    };
  }, [t, locale, catalog]);
}
