/** What a reader has chosen: language, theme, colours of change, density. Kept in this browser and, signed in, on the server. */
import { useSyncExternalStore } from "react";
import type { Locale } from "../format/number";

export type Theme = "system" | "light" | "dark";
export type Direction = "red-up" | "green-up" | "blue-up";
export type Density = "comfortable" | "compact";

export interface Settings {
  language: Locale;
  theme: Theme;
  /** null: the language's habit (red rises in Chinese, green in English). */
  direction: Direction | null;
  density: Density;
  thinSidebar: boolean;
  singleKeys: boolean;
}

const KEY = "castanea.settings";

function browserLanguage(): Locale {
  return typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

const usual: Settings = {
  language: browserLanguage(), theme: "system", direction: null, density: "comfortable", thinSidebar: false, singleKeys: true,
};

function read(): Settings {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>) };
  } catch {
    return usual;
  }
}

let current = read();
const listeners = new Set<() => void>();
const dark = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
const phone = typeof matchMedia === "undefined" ? null : matchMedia("(max-width: 700px)");

export function settings(): Settings {
  return current;
}

export function resolvedTheme(): "light" | "dark" {
  if (current.theme !== "system") return current.theme;
  return dark?.matches ? "dark" : "light";
}

export function resolvedDirection(): Direction {
  return current.direction ?? (current.language === "zh-CN" ? "red-up" : "green-up");
}

/** Writes the settings onto the root element, where the tokens read them. */
export function applySettings(): void {
  const root = document.documentElement;
  root.lang = current.language;
  root.dataset.theme = resolvedTheme();
  root.dataset.dir = resolvedDirection();
  root.dataset.density = current.density;
  if (root.dataset.screen !== "wall") root.dataset.screen = phone?.matches ? "phone" : "desk";
}

function tell(): void {
  applySettings();
  for (const listener of [...listeners]) listener();
}

dark?.addEventListener("change", tell);
phone?.addEventListener("change", tell);

const chosen = new Set<keyof Settings>();

/** What a person has chosen on this page since it was opened. */
export function touched(): ReadonlySet<keyof Settings> {
  return chosen;
}

export function change(part: Partial<Settings>, byHand = true): void {
  if (byHand) for (const name of Object.keys(part)) chosen.add(name as keyof Settings);
  current = { ...current, ...part };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser without storage keeps the choice until the page is closed.
  }
  tell();
}

export function setWall(on: boolean): void {
  document.documentElement.dataset.screen = on ? "wall" : phone?.matches ? "phone" : "desk";
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings);
}

export interface Appearance {
  locale: Locale;
  theme: "light" | "dark";
  direction: Direction;
  screen: "desk" | "phone" | "wall";
  /** Equal as long as a chart need not be drawn in other colours or words. */
  key: string;
}

let appearance: Appearance | null = null;

function appearanceNow(): Appearance {
  const screen = (document.documentElement.dataset.screen ?? "desk") as Appearance["screen"];
  const next = { locale: current.language, theme: resolvedTheme(), direction: resolvedDirection(), screen };
  const key = Object.values(next).join("|") + current.density;
  if (appearance?.key !== key) appearance = { ...next, key };
  return appearance;
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, appearanceNow);
}
