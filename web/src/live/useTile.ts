import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from "react";
import { TileStore, type TileNow } from "./tiles";

export const StoreContext = createContext<TileStore>(new TileStore());

/** The tile's newest payload. While the tile is out of sight it stays as it was and is not drawn again. */
export function useTile(id: string, visible: boolean): TileNow | null {
  const store = useContext(StoreContext);
  const kept = useRef<TileNow | null>(null);
  const subscribe = useCallback((listener: () => void) => store.subscribe(id, listener), [store, id]);
  const snapshot = useCallback(() => {
    const newest = store.get(id);
    if (visible || !kept.current) kept.current = newest;
    return kept.current;
  }, [store, id, visible]);
  return useSyncExternalStore(subscribe, snapshot);
}

/** Whether an element is (nearly) on the screen. */
export function useVisible(element: RefObject<HTMLElement | null>): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    const target = element.current;
    if (!target || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => setVisible(entries.at(-1)?.isIntersecting ?? true), { rootMargin: "200px" });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return visible;
}
