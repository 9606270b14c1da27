/** The pale outline of what will stand in a tile once its data is there. */
import type { TileKind } from "../../api/contracts";

const bars = (heights: number[]) => heights.map((height, index) => <rect key={index} x={4 + index * 16} y={60 - height} width={10} height={height} rx={1.5} />);
const rows = (widths: number[], step: number, height: number) => widths.map((width, index) => <rect key={index} x={0} y={4 + index * step} width={width} height={height} rx={2} />);

function shapeOf(kind: TileKind) {
  switch (kind) {
    case "columns": case "combo": case "rate": case "feed": return bars([22, 30, 26, 38, 34, 46, 40, 30, 52, 44, 36, 48]);
    case "bars": case "waterfall": case "funnel": return rows([190, 140, 104, 72, 46], 12, 6);
    case "table": case "rows": case "cohort": return rows([200, 200, 200, 200, 200, 200], 10, 3);
    case "hero": case "line": case "number": return <path d="M0 56 L24 52 L48 50 L72 40 L96 34 L120 26 L144 24 L168 14 L200 6" fill="none" stroke="currentColor" strokeWidth={2.5} />;
    case "donut": return <circle cx={100} cy={31} r={22} fill="none" stroke="currentColor" strokeWidth={9} />;
    case "scatter": return [[20, 46], [46, 30], [70, 40], [96, 20], [128, 34], [150, 14], [176, 24]].map(([x, y]) => <circle key={x} cx={x} cy={y} r={3} />);
    case "heatmap": case "provinces": return Array.from({ length: 40 }, (_, index) => <rect key={index} x={30 + (index % 10) * 14} y={4 + Math.floor(index / 10) * 14} width={12} height={12} rx={2} />);
    default: return null;
  }
}

export function Ghost({ kind }: { kind: TileKind }) {
  const shape = shapeOf(kind);
  if (!shape) return null;
  return <svg className="ghost" viewBox="0 0 200 62" preserveAspectRatio={["donut", "scatter", "provinces", "heatmap"].includes(kind) ? "xMidYMid meet" : "none"} fill="currentColor" aria-hidden="true">{shape}</svg>;
}
