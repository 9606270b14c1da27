/** The items with one of them a place further up (−1) or down (1). */
export function moved<T>(all: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...all];
  const other = index + by;
  if (other < 0 || other >= next.length) return next;
  [next[index], next[other]] = [next[other] as T, next[index] as T];
  return next;
}

export type LinkKind = "alert" | "decision" | "analysis" | "target" | "tile" | "product";

/** Where a link leads; empty where there is no page of its own. */
export function placeOf(kind: string, id: string): string {
  const name = encodeURIComponent(id);
  if (kind === "alert") return `/alerts/${name}`;
  if (kind === "decision") return `/decisions/${name}`;
  if (kind === "target") return `/targets?target=${name}`;
  if (kind === "analysis") return `/analyses/${id.split("/").map(encodeURIComponent).join("/")}`;
  if (kind === "tile") {
    const [board = "", tile = ""] = id.split("/").map(encodeURIComponent);
    return tile ? `/boards/${board}?tile=${tile}` : "";
  }
  return "";
}

/** What an address of Castanea's own pages is about. */
export function linkOf(address: string): { kind: LinkKind; id: string } | null {
  let place: URL;
  try {
    place = new URL(address.trim(), "http://localhost");
  } catch {
    return null;
  }
  const target = place.pathname === "/targets" ? place.searchParams.get("target") : null;
  if (target) return { kind: "target", id: target };
  const found = /^\/(alerts|decisions|analyses)\/([^/]+)$/.exec(place.pathname);
  if (!found) return null;
  const kind = ({ alerts: "alert", decisions: "decision", analyses: "analysis" } as const)[found[1] as "alerts"];
  return { kind, id: decodeURIComponent(found[2] as string) };
}
