/** A line without axes: thick is now, thin the earlier period, the last point is this moment. The table of the tile holds its numbers. */
interface Props {
  values: (number | null)[];
  compare?: (number | null)[];
  width: number;
  height: number;
}

export function Sparkline({ values, compare = [], width, height }: Props) {
  const known = [...values, ...compare].filter((value): value is number => value !== null);
  if (known.length < 2) return <svg width={width} height={height} aria-hidden="true" />;
  const high = Math.max(...known);
  const low = Math.min(...known);
  const span = high - low || 1;
  const count = Math.max(values.length, compare.length);
  const x = (index: number) => 2 + (index * (width - 8)) / Math.max(1, count - 1);
  const y = (value: number) => height - 3 - ((value - low) * (height - 7)) / span;
  const points = (series: (number | null)[]) =>
    series.flatMap((value, index) => (value === null ? [] : [[x(index), y(value)] as const]));
  const path = (series: (number | null)[]) => points(series).map(([px, py], index) => `${index ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
  const last = points(values).at(-1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {compare.length > 0 && <path d={path(compare)} fill="none" stroke="var(--c-compare)" strokeWidth="1" opacity=".75" />}
      <path d={path(values)} fill="none" stroke="var(--c1)" strokeWidth="1.6" strokeLinejoin="round" strokeLinecap="round" />
      {last && <circle cx={last[0]} cy={last[1]} r="2.4" fill="var(--c1)" />}
    </svg>
  );
}
