import { useEffect, useMemo, useRef, useState } from "react";
import type { TileSpec } from "../../api/contracts";
import { useBoard } from "./context";
import { Tile } from "./Tile";

const NARROW = 860;

/** The board's 12 columns; on a narrow screen half or whole width, on a phone one column in reading order. */
export function Grid({ tiles }: { tiles: readonly TileSpec[] }) {
  const { phone } = useBoard();
  const box = useRef<HTMLDivElement>(null);
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth < NARROW));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const ordered = useMemo(() => [...tiles].sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x), [tiles]);
  const places = useMemo(() => new Map(ordered.map((tile) => [tile.id, placeOf(tile, narrow, phone)])), [ordered, narrow, phone]);
  return (
    <div className={narrow ? "grid narrow" : "grid"} ref={box}>
      {ordered.map((tile) => <Tile key={tile.id} spec={tile} place={places.get(tile.id)} />)}
    </div>
  );
}

/** Rows are 40 px and a gap; on a phone a tile is as high as its kind needs. */
export function placeOf(tile: TileSpec, narrow: boolean, phone: boolean): React.CSSProperties {
  const { x, y, w, h } = tile.place;
  if (phone) {
    const free = ["strip", "number", "hero", "bars", "feed", "rate"].includes(tile.kind);
    if (free) return { flex: "none" };
    if (["table", "rows"].includes(tile.kind)) return { flex: "none", maxHeight: 460 };
    return { flex: "none", height: tile.kind === "provinces" ? 340 : Math.max(260, Math.min(h * 50, 420)) };
  }
  if (narrow) return { gridColumn: `span ${w <= 4 ? 6 : 12}`, gridRow: `span ${h}` };
  return { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` };
}
