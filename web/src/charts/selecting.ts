/** Pressing a point of a chart, or dragging over a stretch of it, with the mouse. The keyboard's way is in `Chart`. */
import type { RefObject } from "react";
import type { EChartsType } from "./echarts";

interface Asked {
  onPick?: (index: number) => void;
  onRange?: (from: number, to: number) => void;
}

const SLACK = 6; // px that a press may move

/** Listens on the plot until the returned function is called. Touch presses pick; only a mouse drags, for a finger scrolls. */
export function selecting(chart: EChartsType, box: HTMLElement, points: () => number, asked: RefObject<Asked>): () => void {
  let begin: { x: number; y: number } | null = null;
  let ground: HTMLElement | null = null;
  const where = (event: PointerEvent) => {
    const frame = box.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const indexAt = (x: number): number => {
    const found = chart.convertFromPixel({ xAxisIndex: 0 }, x) as unknown as number;
    return Math.min(points() - 1, Math.max(0, Math.round(found)));
  };
  const inside = ({ x, y }: { x: number; y: number }) => chart.containPixel({ gridIndex: 0 }, [x, y]);
  const clear = () => {
    ground?.remove();
    ground = null;
    begin = null;
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || !(asked.current.onPick || asked.current.onRange)) return;
    const at = where(event);
    if (inside(at)) begin = at;
  };
  const move = (event: PointerEvent) => {
    const at = where(event);
    box.style.cursor = begin || (asked.current.onPick && inside(at)) ? "pointer" : "";
    if (!begin || event.pointerType === "touch" || !asked.current.onRange || Math.abs(at.x - begin.x) < SLACK) return;
    if (!ground) {
      ground = box.appendChild(document.createElement("div"));
      ground.className = "chart-drag";
    }
    Object.assign(ground.style, { left: `${Math.min(at.x, begin.x)}px`, width: `${Math.abs(at.x - begin.x)}px`, top: "0", height: "100%" });
  };
  const up = (event: PointerEvent) => {
    const [from, at] = [begin, where(event)];
    clear();
    if (!from || points() < 1) return;
    if (Math.abs(at.x - from.x) < SLACK) {
      if (Math.abs(at.y - from.y) < SLACK) asked.current.onPick?.(indexAt(at.x));
    } else if (event.pointerType !== "touch") asked.current.onRange?.(indexAt(Math.min(from.x, at.x)), indexAt(Math.max(from.x, at.x)));
  };
  box.addEventListener("pointerdown", down);
  box.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", clear);
  return () => {
    clear();
    box.removeEventListener("pointerdown", down);
    box.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", clear);
  };
}
