/** A press on a day, or a drag over some, for a tile that shows the board's own time. */
import type { TileSpec } from "../../api/contracts";
import { daysOf } from "../explore/place";
import { useBoard } from "./context";

export function useZoom(spec: TileSpec, at: string[]): { onPick?: (index: number) => void; onRange?: (from: number, to: number) => void } {
  const { zoom, wall } = useBoard();
  const own = spec.queries.main?.time;
  if (!zoom || wall || spec.follow === false || own?.relative || own?.since || !at[0] || !daysOf(at[0])) return {};
  const to = (from: number, until: number) => {
    const [a, b] = [at[from], at[until]];
    if (a && b) zoom(a, b);
  };
  return { onPick: (index) => to(index, index), onRange: to };
}
