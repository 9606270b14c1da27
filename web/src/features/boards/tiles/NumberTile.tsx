import { useRef, useState, useLayoutEffect } from "react";
import { Sparkline } from "../../../components/Sparkline";
import { Value } from "../../../components/Value";
import type { Answer } from "../../../api/contracts";
import { measure, num, only, unitIn, valueOf } from "../answers";
import { timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Change } from "./Change";
import { TargetLine } from "./TargetLine";

/** A measure over time as two rows of values for a sparkline. */
export function sparkOf(curve: Answer | undefined, metric: string): { values: (number | null)[]; compare: (number | null)[] } | null {
  const of = measure(curve, metric);
  if (!curve || !of || curve.rows.length < 2) return null;
  return { values: curve.rows.map((row) => num(row, of.column)), compare: of.before ? curve.rows.map((row) => num(row, of.before)) : [] };
}

export function NumberTile({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const { main, curve } = payload.answers;
  const of = measure(main);
  const row = only(main);
  const spark = of ? sparkOf(curve, of.metric) : null;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [spark === null]);
  const own = spec.queries.main?.time;
  const note = own && (own.relative || own.since) ? words.rangeName(timeOfTile(spec, board)) : "";
  if (!of) return <>{head(note)}{foot()}</>;
  return (
    <>
      {head(note)}
      <div className="number">
        <Value value={valueOf(row, of)} unit={unitIn(row, of, main)} />
        <Change spec={spec} answer={main} row={row} of={of} />
        <TargetLine payload={payload} unit={unitIn(row, of, main)} />
        {spark && <div className="spark" ref={box}>{size.height > 18 && <Sparkline {...spark} width={size.width} height={Math.min(92, size.height)} />}</div>}
      </div>
      {foot()}
    </>
  );
}
