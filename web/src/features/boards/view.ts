/** What the address bar says about a board: time, comparison, filters, wall. A link shows what its sender saw. */
import type { BoardSpec, Comparison, Filter, TimeRange, View } from "../../api/contracts";

export const COMPARISONS = ["yesterday", "previous", "last_week", "last_year", "none"] as const;
export type CompareChoice = (typeof COMPARISONS)[number];

export const RANGES = ["today", "yesterday", "last 7d", "last 30d", "last 90d", "this month", "last 12m", "this year"] as const;

const DAY = /^\d{4}-\d\d-\d\d$/;

function readTime(text: string | null): TimeRange | null {
  if (!text) return null;
  const [since = "", until = ""] = text.split("..");
  if (DAY.test(since) && DAY.test(until)) return since <= until ? { relative: "", since, until } : { relative: "", since: until, until: since };
  const relative = text.replaceAll("-", " ");
  return /^[a-z]+( \d*[a-z]+)?$/.test(relative) ? { relative, since: null, until: null } : null;
}

function writeTime(time: TimeRange): string {
  return time.relative ? time.relative.replaceAll(" ", "-") : `${time.since}..${time.until}`;
}

export function readView(board: string, query: URLSearchParams): View {
  const compare = query.get("compare");
  const where: Filter[] = query.getAll("where").flatMap((text) => {
    const at = text.indexOf(":");
    const values = text.slice(at + 1).split(",").map(decodeURIComponent).filter(Boolean);
    return at > 0 && values.length ? [{ dimension: text.slice(0, at), op: "in" as const, values }] : [];
  });
  return {
    board,
    time: readTime(query.get("time")),
    compare: COMPARISONS.includes(compare as CompareChoice) ? (compare as Comparison | "none") : null,
    where,
  };
}

export function writeView(view: View, wall: boolean): string {
  const query = new URLSearchParams();
  if (view.time) query.set("time", writeTime(view.time));
  if (view.compare) query.set("compare", view.compare);
  for (const filter of view.where ?? []) query.append("where", `${filter.dimension}:${filter.values.map(encodeURIComponent).join(",")}`);
  if (wall) query.set("wall", "1");
  const text = query.toString();
  return `/boards/${encodeURIComponent(view.board)}${text ? `?${text}` : ""}`;
}

export function timeOf(view: View, board: BoardSpec): TimeRange {
  return view.time ?? board.time;
}

export function compareOf(view: View, board: BoardSpec): CompareChoice {
  return view.compare ?? board.compare ?? "none";
}

/** Equal exactly when the server would compute the same tiles. */
export function viewKey(view: View): string {
  const edited = view.spec ? JSON.stringify(view.spec) : "";
  return edited + writeView({ ...view, where: [...(view.where ?? [])].sort((a, b) => a.dimension.localeCompare(b.dimension)) }, false);
}
