import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import { NO_RULES, saySight, together } from "./rules";

const t = ((key: string, values?: Record<string, unknown>) => (values ? `${key}(${Object.values(values).join("|")})` : key)) as unknown as TFunction;
const five = { shops: 5, categories: null };

describe("what somebody sees", () => {
  it("is all without rules", () => {
    expect(together([NO_RULES, NO_RULES])).toEqual({ shops: null, categories: null, hidden: [] });
    expect(saySight(together([]), five, t)).toBe("rules.all");
  });
  it("is what all rules together leave", () => {
    const sight = together([{ shops: ["a", "b"], categories: [], hidden: ["cost"] }, { shops: ["b", "c"], categories: ["tea"], hidden: [] }]);
    expect(sight).toEqual({ shops: ["b"], categories: ["tea"], hidden: ["cost"] });
    expect(saySight(sight, five, t)).toBe("rules.sees(rules.of_shops(5|1)rules.commarules.some_categories(1)rules.commarules.no_cost)");
  });
  it("is nothing where they leave none, and says so", () => {
    const sight = together([{ shops: ["a"], categories: [], hidden: [] }, { shops: ["b"], categories: [], hidden: [] }]);
    expect(sight.shops).toEqual([]);
    expect(saySight(sight, five, t)).toBe("rules.nothing");
  });
  it("tells hidden figures in one word", () => {
    expect(saySight(together([{ shops: [], categories: [], hidden: ["profit", "cost"] }]), five, t)).toBe("rules.sees(rules.all_shopsrules.commarules.no_cost_profit)");
  });
  it("never tells more of the whole than is known", () => {
    expect(saySight({ shops: ["a", "b"], categories: null, hidden: [] }, { shops: 1, categories: 0 }, t)).toBe("rules.sees(rules.some_shops(2))");
  });
});
