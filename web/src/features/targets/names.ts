import { useTranslation } from "react-i18next";
import type { Catalog } from "../../api/contracts";
import type { Progress, Target } from "../../api/targets";
import { useAppearance } from "../../app/settings";
import { memberName } from "../../format/members";
import { unitOf, type Unit } from "../../format/number";
import { pick } from "../../i18n";

/** Names of metrics, scopes and periods in the reader's language. */
export function useNames(catalog: Catalog) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const dimension = (name: string) => pick(catalog.dimensions[name]?.labels, locale) || name;
  return {
    t, locale, dimension,
    metric: (name: string) => pick(catalog.metrics[name]?.labels, locale) || name,
    scope: (where: Target["where"]) => (where ?? []).map((each) => `${dimension(each.dimension)} ${each.op === "not_in" || each.op === "!=" ? "≠ " : ""}${(each.values ?? []).map((value) => memberName(each.dimension, value, locale, catalog.dimensions[each.dimension]?.members, t("member.unknown"))).join(locale === "en" ? ", " : "、")}`).join(" · "),
    period: (target: { since: string; until: string }) => periodName(target.since, target.until),
  };
}

/** 2026-11 for a whole month, 2026 for a whole year, else both days. */
export function periodName(since: string, until: string): string {
  const last = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
  const [year = 0, month = 0] = since.split("-").map(Number);
  if (since.endsWith("-01-01") && until === `${year}-12-31`) return String(year);
  if (since.endsWith("-01") && until === `${since.slice(0, 8)}${String(last(year, month)).padStart(2, "0")}`) return since.slice(0, 7);
  if (since.endsWith("-01") && [1, 4, 7, 10].includes(month) && until === `${year}-${String(month + 2).padStart(2, "0")}-${String(last(year, month + 2)).padStart(2, "0")}`) return `${year} Q${(month + 2) / 3}`;
  return since === until ? since : `${since} – ${until}`;
}

export function unitFor(progress: Pick<Progress, "unit" | "currency">): Unit {
  return unitOf({ unit: progress.unit ?? "", currency: progress.currency ?? null });
}
