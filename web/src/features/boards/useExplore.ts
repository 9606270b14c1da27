/** Where a tile's numbers lead: one exploration per measure that it asks for. */
import { useMemo } from "react";
import type { TileSpec } from "../../api/contracts";
import { can, useSession } from "../../app/session";
import { EXPLORED, exploreTile } from "../explore/place";
import { useBoard, useWords } from "./context";

const AT_MOST = 5;

export function useExplore(spec: TileSpec): { name: string; to: string }[] {
  const { session } = useSession();
  const { board, view, wall } = useBoard();
  const words = useWords();
  const may = can(session, "numbers:ask");
  return useMemo(() => {
    if (wall || !may || board.id === EXPLORED) return [];
    const metrics = [...new Set((spec.queries.main ?? Object.values(spec.queries)[0])?.metrics ?? [])];
    return metrics.slice(0, AT_MOST).map((metric) => ({ name: words.metric(metric), to: exploreTile(spec, metric, board, view) }));
  }, [spec, board, view, wall, may, words]);
}
