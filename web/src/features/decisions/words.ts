import { useTranslation } from "react-i18next";
import type { Decision, Effect, State } from "../../api/decisions";
import { useSession } from "../../app/session";
import { useAppearance } from "../../app/settings";
import { say, sayChange, unitOf, type Unit } from "../../format/number";
import { clock, dayName } from "../../format/time";
import { useCatalog } from "../boards/BoardPage";
import { useNames } from "../targets/names";

export const KINDS = ["price", "stock", "offer", "budget", "page", "supply", "other"] as const;
const LEVELS = { worked: "ok", did_harm: "critical", cannot_tell: "none" } as const;
/** How far along the loop rail a decision is. */
const RAIL: Record<State, number> = { open: 3, decided: 4, in_effect: 4, measured: 5, closed: 5 };

/** Decisions as sentences. */
export function useDecisionWords() {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const { session } = useSession();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const zone = session?.workspace.zone ?? "UTC";
  const currency = session?.workspace.currency ?? null;
  const unit = (metric: string): Unit => { const kind = catalog.metrics[metric]?.unit ?? ""; return unitOf({ unit: kind, currency: kind === "money" ? currency : null }); };
  const signed = (value: number | null | undefined, of: Unit) => (value === null || value === undefined ? "" : `${value > 0 ? "+" : ""}${say(value, of, locale)}`);
  return {
    t, locale, names, zone, unit, signed,
    money: (value: number | null) => say(value, unitOf({ unit: "money", currency }), locale),
    moment: (at: string) => { const date = new Date(at); return `${dayName(date, zone, locale)} ${clock(date, zone)}`; },
    rail: (decision: Decision) => RAIL[decision.state],
    level: (effect: Effect) => LEVELS[effect.verdict],
    verdict: (effect: Effect) => t(`decisions.verdict_${effect.verdict}`),
    /** What was measured, in one sentence. */
    measured: (decision: Decision) => {
      const effect = decision.effect as Effect;
      const of = unit(decision.goal?.metric ?? "");
      if (effect.mean === null || effect.mean === undefined) return t(`decisions.why_${(effect.why || "not_enough") as "not_enough"}`);
      const metric = names.metric(decision.goal?.metric ?? "");
      return t("decisions.measured", { metric, mean: signed(effect.mean, of), lo: signed(effect.mean_lo, of), hi: signed(effect.mean_hi, of), share: sayChange(effect.share ?? null, false, locale) });
    },
  };
}
