import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import zh from "./zh-CN.json";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(before + key, value);
    else for (const [inner, text] of leaves(value, `${before}${key}.`)) found.set(inner, text);
  }
  return found;
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
const chinese = leaves(zh as Tree);
const english = leaves(en as Tree);
const bare = (keys: Iterable<string>) => new Set([...keys].map((key) => key.replace(PLURAL, "")));

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [path] : [];
  });
}

const code = sources(join(__dirname, "..")).map((path) => readFileSync(path, "utf8")).join("\n");
/** Keys written out, and beginnings of keys that are put together: t(`range.${…}`). */
const written = new Set([...code.matchAll(/["'`]([a-z_]+\.[a-z0-9_.-]+)["'`]/g)].map((match) => match[1] as string));
const begun = [...code.matchAll(/t\(`([a-z_]+\.[a-z_]*)\$\{/g)].map((match) => match[1] as string);
const asked = new Set([...code.matchAll(/\bt\("([a-z_]+\.[a-z0-9_.-]+)"/g)].map((match) => match[1] as string));

describe("the words of the interface", () => {
  it("are the same keys in both languages", () => {
    expect([...bare(chinese.keys())].sort()).toEqual([...bare(english.keys())].sort());
  });
  it("exist for every key that the pages ask for", () => {
    expect([...asked].filter((key) => !bare(english.keys()).has(key))).toEqual([]);
    expect(begun.filter((start) => ![...bare(english.keys())].some((key) => key.startsWith(start)))).toEqual([]);
  });
  it("are all in use", () => {
    const unused = [...bare(english.keys())].filter((key) => !written.has(key) && !begun.some((start) => key.startsWith(start)));
    expect(unused).toEqual([]);
  });
  it("fill in the same values", () => {
    const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
    for (const [key, text] of chinese) {
      const other = english.get(key) ?? english.get(key.replace(PLURAL, "_other")) ?? english.get(key.replace(PLURAL, "")) ?? "";
      if (!key.endsWith("_zero")) expect([...new Set(values(text))], key).toEqual([...new Set(values(other))]);
    }
  });
  it("leave no English in Chinese and no Chinese in English", () => {
    for (const [key, text] of chinese) expect(text.replace(/\{\{\w+\}\}/g, ""), key).not.toMatch(/[A-Za-z]{2,}/);
    for (const [key, text] of english) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
  });
  it("say 你, never 您, and use full-width marks between Chinese words", () => {
    for (const [key, text] of chinese) {
      expect(text, key).not.toContain("您");
      expect(text, key).not.toMatch(/[\u4e00-\u9fff][,:;!?(]|[,:;!?)][\u4e00-\u9fff]/);
    }
  });
});
