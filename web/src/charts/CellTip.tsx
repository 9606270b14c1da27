import { createPortal } from "react-dom";
import { useState, type ReactNode } from "react";

export interface Tip {
  x: number;
  y: number;
  content: ReactNode;
}

/** A small card beside the pointer or the focused cell. */
export function useCellTip() {
  const [tip, setTip] = useState<Tip | null>(null);
  const at = (element: Element, content: ReactNode) => {
    const box = element.getBoundingClientRect();
    setTip({ x: box.left + box.width / 2, y: box.top, content });
  };
  const node = tip && createPortal(
    <div className="tip cell-tip" role="presentation" style={{ left: Math.min(Math.max(8, tip.x - 70), window.innerWidth - 220), top: Math.max(8, tip.y - 64) }}>{tip.content}</div>,
    document.body,
  );
  return { at, hide: () => setTip(null), node };
}
