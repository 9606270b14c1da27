/** The tokens as a canvas needs them: resolved colours, font, sizes of this screen. */
import type { Appearance } from "../app/settings";

export interface Palette {
  ink: string;
  ink2: string;
  axis: string;
  grid: string;
  line: string;
  surface: string;
  accent: string;
  compare: string;
  rest: string;
  band: string;
  festival: string;
  watch: string;
  critical: string;
  series: string[];
  font: string;
  /** Smallest text of this screen, px. */
  text: number;
  /** Width of the current line, px. */
  stroke: number;
}

let kept: { key: string; palette: Palette } | null = null;

export function palette(appearance: Appearance): Palette {
  if (kept?.key === appearance.key) return kept.palette;
  const root = getComputedStyle(document.documentElement);
  const token = (name: string) => root.getPropertyValue(name).trim();
  const wall = appearance.screen === "wall";
  const made: Palette = {
    ink: token("--ink"), ink2: token("--ink-2"), axis: token("--c-axis"), grid: token("--c-grid"), line: token("--line"), surface: token("--surface"),
    accent: token("--accent"), compare: token("--c-compare"), rest: token("--c-rest"), band: token("--c-band"), festival: token("--festival"),
    watch: token("--watch"), critical: token("--critical"),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((index) => token(`--c${index}`)),
    font: getComputedStyle(document.body).fontFamily, text: wall ? 22 : 12, stroke: wall ? 5 : 2.25,
  };
  kept = { key: appearance.key, palette: made };
  return made;
}
