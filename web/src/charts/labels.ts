/** Where the names of points stand so that no name covers another, a point, or a word already on the plot. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Spot {
  x: number;
  y: number;
  /** Width of the name in px; 0 for a point that carries none. */
  width: number;
}

/** Beside the point, then above and below it, then slanting: the nearest places first. */
function places({ x, y, width }: Spot, radius: number, size: number): Box[] {
  const height = size * 1.2;
  const gap = radius + 4;
  const box = (left: number, top: number): Box => ({ left, top, right: left + width, bottom: top + height });
  const [beside, above, below] = [y - height / 2, y - gap - height, y + gap];
  return [
    box(x + gap, beside), box(x - gap - width, beside), box(x - width / 2, above), box(x - width / 2, below),
    box(x - radius, above), box(x + radius - width, above), box(x - radius, below), box(x + radius - width, below),
  ];
}

function touch(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function inside(box: Box, room: Box): boolean {
  return box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
}

/** The place of each spot's name, in the order of importance; null where it fits nowhere. `lines` are crossed only when nothing else is left. */
export function placed(spots: Spot[], room: Box, taken: Box[], lines: Box[], radius: number, size: number): (Box | null)[] {
  const marks = spots.map((spot) => ({ left: spot.x - radius, right: spot.x + radius, top: spot.y - radius, bottom: spot.y + radius }));
  const words = [...taken];
  return spots.map((spot, index) => {
    if (!spot.width) return null;
    const free = places(spot, radius, size).filter((box) => inside(box, room) && !words.some((word) => touch(box, word)) && !marks.some((mark, other) => other !== index && touch(box, mark)));
    const found = free.find((box) => !lines.some((line) => touch(box, line))) ?? free[0] ?? null;
    if (found) words.push(found);
    return found;
  });
}
