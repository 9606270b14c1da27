import { describe, expect, it } from "vitest";
import { digits, say, sayChance, sayChange, sayInterval, sayRounded, scaleFor, show, unitOf, type Unit } from "./number";

const yuan: Unit = { kind: "money", currency: "CNY", word: "" };
const count: Unit = { kind: "count", currency: null, word: "" };
const ratio: Unit = { kind: "ratio", currency: null, word: "" };

describe("numbers", () => {
  it("groups digits and uses a true minus sign, never for zero", () => {
    expect(digits(-11062.06, 2)).toBe("−11,062.06");
    expect(digits(-0.001, 2)).toBe("0.00");
  });
  it("puts the currency sign in front, behind the minus", () => {
    expect(say(642318, yuan, "zh-CN")).toBe("¥642,318");
    expect(say(-5170, yuan, "en")).toBe("−¥5,170");
    expect(say(12, { ...yuan, currency: "CHF" }, "en")).toBe("CHF 12.00");
  });
  it("keeps cents for small money only", () => {
    expect(say(183.94, yuan, "en", "tile")).toBe("¥183.94");
    expect(say(1839.4, yuan, "en", "tile")).toBe("¥1,839");
    expect(say(1839.4, yuan, "en", "exact")).toBe("¥1,839.40");
  });
  it("shortens with 万 and 亿 in Chinese, k and M in English", () => {
    expect(say(642318, yuan, "zh-CN", "short")).toBe("¥64.2 万");
    expect(say(642318, yuan, "en", "short")).toBe("¥642k");
    expect(say(131_000_000, count, "zh-CN", "short")).toBe("1.31 亿");
    expect(say(131_000_000, count, "en", "short")).toBe("131M");
    expect(say(9999, count, "zh-CN", "short")).toBe("9,999");
  });
  it("shortens in tiles from a million on", () => {
    expect(show(40_491_000, yuan, "zh-CN", "tile")).toEqual({ text: "¥4,049.1", unit: "万" });
    expect(say(642318, yuan, "zh-CN", "tile")).toBe("¥642,318");
  });
  it("never mixes 万 and 亿 on one scale", () => {
    expect(scaleFor(120_000_000, "zh-CN").suffix).toBe("亿");
    expect(scaleFor(99_990_000, "zh-CN").suffix).toBe("万");
  });
  it("says ratios as percentages and their changes in points", () => {
    expect(say(0.0362, ratio, "en")).toBe("3.62%");
    expect(say(0.384, ratio, "zh-CN")).toBe("38.4%");
    expect(sayChange(0.0018, true, "zh-CN")).toBe("+0.18 点");
    expect(sayChange(-0.006, true, "en")).toBe("−0.6 pp");
    expect(sayChange(0.0933, false, "zh-CN")).toBe("+9.3%");
    expect(sayChange(0, false, "zh-CN")).toBe("0.0%");
  });
  it("tells unknown from zero", () => {
    expect(say(null, count, "en")).toBe("—");
    expect(say(0, count, "en")).toBe("0");
  });
  it("rounds a forecast as coarsely as its range", () => {
    expect(sayInterval(1_362_000, 1_500_000, yuan, "zh-CN")).toBe("¥136–150 万");
    expect(sayInterval(1_362_000, 1_500_000, yuan, "en")).toBe("¥1.36–1.50M");
    expect(sayRounded(1_431_000, 138_000, yuan, "zh-CN")).toBe("¥143 万");
    expect(sayRounded(1_431_000, 138_000, yuan, "en")).toBe("¥1.43M");
  });
  it("says a chance in tenths", () => {
    expect(sayChance(0.42, "zh-CN")).toBe("约四成");
    expect(sayChance(0.42, "en")).toBe("about 4 in 10");
  });
  it("reads units of answers", () => {
    expect(unitOf({ unit: "money", currency: "GBP" })).toEqual({ kind: "money", currency: "GBP", word: "" });
    expect(unitOf({ unit: "ratio" }).kind).toBe("ratio");
    expect(unitOf({ unit: "count" }).kind).toBe("count");
  });
});
