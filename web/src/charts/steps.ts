/** Values to the seven steps of the sequential ramp, each about equally many members, so that one giant does not whiten the rest. */
export function steps(values: number[]): (value: number | null) => number {
  const sorted = [...values].filter((value) => value > 0).sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  return (value) => {
    if (value === null || value <= 0 || !sorted.length) return 0;
    if (distinct.length === 1) return 4;
    const below = sorted.filter((each) => each < value).length;
    const rank = below / Math.max(1, sorted.length - 1);
    const size = value / (sorted.at(-1) ?? 1);
    return 1 + Math.min(6, Math.max(0, Math.round((rank * 0.6 + Math.sqrt(size) * 0.4) * 6)));
  };
}

/** Ink that reads on a step of the ramp, in both themes. */
export function inkOn(step: number, dark: boolean): string {
  if (dark) return step >= 4 ? "#231408" : "#F4EDE6";
  return step >= 5 ? "#FFFFFF" : "#241C17";
}
