/** A canvas drawn by the chart library, which is loaded when the first chart is needed. Points are walked with the arrow keys. */
import { useEffect, useRef, useState } from "react";
import { useAppearance } from "../app/settings";
import type { EChartsType } from "./echarts";
import { selecting } from "./selecting";
import { palette, type Palette } from "./palette";

export interface Drawing {
  option: Record<string, unknown>;
  /** How many points the keyboard walks through, and in which series. */
  points: number;
  series: number;
}

interface Props {
  /** One sentence: what the chart shows. */
  label: string;
  draw: (colours: Palette, width: number, height: number) => Drawing;
  /** Equal as long as the drawing need not be made again. */
  version: unknown;
  /** A press on a point, or Enter on the one that the keyboard stands on. */
  onPick?: (index: number) => void;
  /** A drag from one point to another. */
  onRange?: (from: number, to: number) => void;
  /** What was said of points or stretches; pressed to be read. */
  marks?: readonly { from: number; to: number; text: string; count: number }[];
  onMark?: () => void;
}

let library: Promise<typeof import("./echarts")> | null = null;

const NO_MARKS: NonNullable<Props["marks"]> = [];

export function Chart({ label, draw, version, onPick, onRange, marks = NO_MARKS, onMark }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawing = useRef<Drawing | null>(null);
  const point = useRef(-1);
  const [ready, setReady] = useState(false);
  const [[width, height], setSize] = useState<[number, number]>([0, 0]);
  const appearance = useAppearance();
  const [placed, setPlaced] = useState<{ left: number; width: number; text: string; count: number }[]>([]);

  useEffect(() => {
    let gone = false;
    const element = box.current;
    library ??= import("./echarts");
    void library.then(({ init }) => {
      if (gone || !element) return;
      chart.current = init(element, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio || 1) });
      // Drawn, not merely begun: what waits for a whole board (a picture, a test) waits for this.
      chart.current.on("finished", () => {
        element.dataset.ready = "true";
      });
      setSize([element.clientWidth, element.clientHeight]);
      setReady(true);
    });
    const observer = new ResizeObserver(() => {
      chart.current?.resize();
      if (element) setSize([element.clientWidth, element.clientHeight]);
    });
    if (element) observer.observe(element);
    return () => {
      gone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (!ready || !chart.current) return;
    drawing.current = draw(palette(appearance), width, height);
    chart.current.setOption({ animation: false, ...drawing.current.option }, { notMerge: true, lazyUpdate: true });
    // `draw` is a new closure on each render; `version` says when its figures differ.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready, version, appearance.key, width, height]);

  useEffect(() => {
    const drawn = chart.current;
    if (!ready || !drawn || !marks.length) {
      setPlaced((old) => (old.length ? [] : old));
      return undefined;
    }
    const x = (index: number) => Number(drawn.convertToPixel({ xAxisIndex: 0 }, index));
    const place = () => {
      const next = marks.map(({ from, to, text, count }) => ({ left: (x(from) + x(to)) / 2, width: x(to) - x(from) + 10, text, count })).filter((each) => Number.isFinite(each.left));
      setPlaced((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    drawn.on("finished", place);
    if (box.current?.dataset.ready === "true") place();
    return () => void (drawn.isDisposed() || drawn.off("finished", place));
  }, [ready, marks, version, width, height]);

  const asked = useRef({ onPick, onRange });
  asked.current = { onPick, onRange };
  useEffect(() => {
    if (!ready || !chart.current || !box.current) return undefined;
    return selecting(chart.current, box.current, () => drawing.current?.points ?? 0, asked);
  }, [ready]);

  const walk = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const now = drawing.current;
    const step = steps[event.key];
    if (!now || !chart.current) return;
    if (event.key === "Escape") {
      chart.current.dispatchAction({ type: "hideTip" });
      point.current = -1;
      return;
    }
    if (event.key === "Enter" && point.current >= 0 && onPick) {
      event.preventDefault();
      event.stopPropagation();
      onPick(point.current);
      return;
    }
    if (step === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const last = now.points - 1;
    if (event.key === "Home") point.current = 0;
    else if (event.key === "End" || point.current < 0) point.current = last;
    else point.current = Math.min(last, Math.max(0, point.current + (step ?? 0)));
    chart.current.dispatchAction({ type: "showTip", seriesIndex: now.series, dataIndex: point.current });
  };

  const plot = <div className="chart" ref={box} role="img" aria-label={label} tabIndex={0} onKeyDown={walk} onBlur={() => chart.current?.dispatchAction({ type: "hideTip" })} />;
  return (
    <div className="chart-frame">
      {plot}
      {placed.map((mark) => <button key={`${mark.left} ${mark.width}`} type="button" className="chart-mark" style={{ left: mark.left, width: Math.max(24, mark.width) }} title={mark.text} aria-label={mark.text} onClick={onMark} data-mark={mark.count}><i style={{ width: Math.max(10, mark.width) }} /></button>)}
    </div>
  );
}
