/** Festivals as pale grounds behind a plot, with their names on top. */
import type { FestivalDay } from "../api/contracts";
import type { Locale } from "../format/number";
import type { Palette } from "./palette";

export interface Stretch {
  /** First and last period of the stretch on the axis. */
  from: number;
  to: number;
  name: string;
}

/** Neighbouring days of one festival are one stretch; days that the axis does not show are left out. */
export function stretches(at: string[], days: FestivalDay[], locale: Locale): Stretch[] {
  const byDay = new Map(days.map((day) => [day.day, day]));
  const found: Stretch[] = [];
  at.forEach((label, index) => {
    const day = byDay.get(label);
    if (!day) return;
    const name = day.labels[locale] ?? day.name;
    const last = found.at(-1);
    if (last && last.to === index - 1 && last.name === name) last.to = index;
    else found.push({ from: index, to: index, name });
  });
  return found;
}

/** `left` px of the first period's middle, `step` px from one to the next. The name stands where it fits, right of `free` px. */
export function festivalGround(found: Stretch[], left: number, step: number, top: number, bottom: number, colours: Palette, free = 0): Record<string, unknown> {
  if (!found.length) return {};
  const half = Math.max(step / 2, 3);
  let written = -Infinity;
  return {
    markArea: {
      silent: true, itemStyle: { color: colours.festival, opacity: 1 }, z: 0,
      data: found.map((each) => {
        const from = left + each.from * step - half;
        const to = left + each.to * step + half;
        const width = [...each.name].length * colours.text * 0.8;
        const show = from - written > width && (from + to - width) / 2 > free;
        if (show) written = (from + to) / 2 + width / 2;
        return [{ name: each.name, x: Math.max(0, from), y: top, label: { show, position: "insideTop", distance: 2, color: colours.axis, fontSize: colours.text, fontFamily: colours.font } }, { x: to, y: bottom }];
      }),
    },
  };
}
