/** What somebody may see, in plain words. The server decides; here it is only said. */
import type { TFunction } from "i18next";
import type { Rules, Sight } from "../../api/people";

export const NO_RULES: Rules = { shops: [], categories: [], hidden: [] };

/** How many shops and categories there are; null while nobody has told. */
export interface Bounds {
  shops: number | null;
  categories: number | null;
}

function common(bounds: readonly (readonly string[])[]): string[] | null {
  const held = bounds.filter((each) => each.length > 0);
  return held.length ? (held[0] ?? []).filter((each) => held.every((other) => other.includes(each))) : null;
}

/** What several rules leave together: each takes away, none gives. */
export function together(rules: readonly Rules[]): Sight {
  return {
    shops: common(rules.map((each) => each.shops ?? [])),
    categories: common(rules.map((each) => each.categories ?? [])),
    hidden: (["cost", "profit"] as const).filter((each) => rules.some((rule) => rule.hidden?.includes(each))),
  };
}

export function seesAll(sight: Sight): boolean {
  return sight.shops === null && sight.categories === null && sight.hidden.length === 0;
}

/** "Sees 2 of 5 shops, no costs" */
export function saySight(sight: Sight, bounds: Bounds, t: TFunction): string {
  if (seesAll(sight)) return t("rules.all");
  if (sight.shops?.length === 0 || sight.categories?.length === 0) return t("rules.nothing");
  const part = (kind: "shops" | "categories") => {
    const names = sight[kind];
    const all = bounds[kind];
    if (names === null) return t(`rules.all_${kind}`);
    return all === null || all < names.length ? t(`rules.some_${kind}`, { count: names.length }) : t(`rules.of_${kind}`, { count: all, some: names.length });
  };
  const parts = [part("shops"), ...(sight.categories === null ? [] : [part("categories")])];
  const hidden = sight.hidden.length === 2 ? t("rules.no_cost_profit") : sight.hidden[0] ? t(`rules.no_${sight.hidden[0]}`) : "";
  return t("rules.sees", { what: [...parts, hidden].filter(Boolean).join(t("rules.comma")) });
}
