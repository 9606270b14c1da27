import { useCallback, useEffect, useRef, useState } from "react";

const AT_MOST_EVERY_MS = 3000;

/** Whether the tile's ground is washed because its figure changed: at most once in three seconds, never on the first one. */
export function useWash(version: number, figure: string) {
  const [on, setOn] = useState(false);
  const seen = useRef({ figure: "", at: 0, count: 0 });
  useEffect(() => {
    const before = seen.current;
    if (version > 0 && before.figure !== "" && before.figure !== figure) {
      before.count += 1;
      if (Date.now() - before.at >= AT_MOST_EVERY_MS && !document.hidden) {
        before.at = Date.now();
        setOn(true);
      }
    }
    before.figure = figure;
  }, [version, figure]);
  const end = useCallback(() => setOn(false), []);
  return { on, end, dot: seen.current.count % 2 ? "odd" : "even" };
}
