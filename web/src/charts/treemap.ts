/** Areas in proportion to their values, as square as can be (Bruls, Huizing and van Wijk, 2000: squarified treemaps). */
export interface Box {
  index: number;
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Boxes that fill `width` × `height`; values that are not positive get none. The order of the values is kept in `index`. */
export function squarified(values: (number | null)[], width: number, height: number): Box[] {
  const known = values.map((value, index) => ({ value: value ?? 0, index })).filter((each) => each.value > 0).sort((a, b) => b.value - a.value);
  const whole = known.reduce((sum, each) => sum + each.value, 0);
  if (whole <= 0 || width <= 0 || height <= 0) return [];
  const areas = known.map((each) => ({ index: each.index, area: (each.value / whole) * width * height }));
  const boxes: Box[] = [];
  let [x, y, w, h] = [0, 0, width, height];
  let at = 0;
  while (at < areas.length) {
    const side = Math.min(w, h);
    const row = [areas[at] as { index: number; area: number }];
    while (at + row.length < areas.length) {
      const next = areas[at + row.length] as { index: number; area: number };
      if (worst([...row, next], side) > worst(row, side)) break;
      row.push(next);
    }
    const sum = row.reduce((total, each) => total + each.area, 0);
    const thick = sum / side;
    let along = 0;
    for (const each of row) {
      const length = each.area / thick;
      boxes.push(w >= h ? { index: each.index, x, y: y + along, w: thick, h: length } : { index: each.index, x: x + along, y, w: length, h: thick });
      along += length;
    }
    if (w >= h) [x, w] = [x + thick, w - thick];
    else [y, h] = [y + thick, h - thick];
    at += row.length;
  }
  return boxes;
}

/** The greatest ratio of the sides in a row of areas laid along a side. */
function worst(row: { area: number }[], side: number): number {
  const sum = row.reduce((total, each) => total + each.area, 0);
  return Math.max(...row.map(({ area }) => Math.max((side * side * area) / (sum * sum), (sum * sum) / (side * side * area))));
}
