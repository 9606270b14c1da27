/** A scrolling table that never ends in half a row: as many whole rows as there is room for. */
import { useCallback, useLayoutEffect, useRef, useState, type ReactNode } from "react";

interface Props {
  label: string;
  /** Changes when the rows do. */
  version: unknown;
  children: ReactNode;
}

/** The height (px) at which the last row that begins inside `room` also ends there; the whole room where everything fits. */
export function wholeHeight(ends: number[], room: number): number {
  const last = ends.at(-1) ?? 0;
  if (last <= room + 0.5) return room;
  return ends.reduce((best, end) => (end <= room + 0.5 ? end : best), 0) || room;
}

export function WholeRows({ label, version, children }: Props) {
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState<number | null>(null);
  const [more, setMore] = useState(false);

  const look = useCallback(() => {
    const box = inner.current;
    if (box) setMore(box.scrollHeight - box.scrollTop - box.clientHeight > 2);
  }, []);

  useLayoutEffect(() => {
    const room = outer.current;
    const box = inner.current;
    if (!room || !box) return;
    const measure = () => {
      const from = box.getBoundingClientRect().top - box.scrollTop;
      const ends = [...box.querySelectorAll("tbody tr")].map((row) => row.getBoundingClientRect().bottom - from);
      const place = room.clientHeight;
      setHeight(place ? wholeHeight(ends, place) : null);
      look();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(room);
    return () => observer.disconnect();
  }, [version, look]);

  return (
    <div className="rows-room" ref={outer}>
      <div className={more ? "scroll more-below" : "scroll"} ref={inner} style={height === null ? undefined : { height, flex: "none" }} onScroll={look} tabIndex={0} role="region" aria-label={label}>{children}</div>
    </div>
  );
}
