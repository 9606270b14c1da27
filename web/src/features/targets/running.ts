/** Values added up day by day; what is not known yet stays unknown. */
export function running(values: (number | null)[], adds: boolean): (number | null)[] {
  if (!adds) return values;
  let sum = 0;
  return values.map((value) => (value === null ? null : (sum += value)));
}
