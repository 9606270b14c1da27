import { useTranslation } from "react-i18next";
import type { Alert, Rule } from "../../api/alerts";
import { useAppearance } from "../../app/settings";
import { memberName } from "../../format/members";
import { say, sayChange, sayShare, toNumber, unitOf, type Unit } from "../../format/number";
import { clock, dayName } from "../../format/time";
import { useSession } from "../../app/session";
import { useCatalog } from "../boards/BoardPage";
import { useNames } from "../targets/names";

export const unitOfAlert = (told: { unit?: string; currency?: string | null }): Unit => unitOf({ unit: told.unit ?? "", currency: told.currency ?? null });

/** Rules and alerts as sentences. */
export function useAlertWords() {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const { session } = useSession();
  const catalog = useCatalog();
  const names = useNames(catalog);
  const member = (alert: Alert) => (alert.rule.each && alert.name === alert.member ? memberName(alert.rule.each, alert.member, locale, catalog.dimensions[alert.rule.each]?.members) : alert.name);
  const zone = session?.workspace.zone ?? "UTC";
  const figure = (text: string | null | undefined, unit: Unit) => say(toNumber(text), unit, locale);
  const metricUnit = (metric: string): Unit => unitOf({ unit: metric, currency: null });
  return {
    t, locale, names, zone, member, figure, metricUnit,
    moment: (at: string) => { const date = new Date(at); return `${dayName(date, zone, locale)} ${clock(date, zone)}`; },
    /** What a rule watches for, in one line. */
    condition: (rule: Rule) => {
      const { watch } = rule;
      const side = t(`alerts.side_${watch.side ?? "below"}`);
      if (watch.kind === "threshold") return t("alerts.is_threshold", { side, limit: watch.limit });
      if (watch.kind === "change") return t("alerts.is_change", { base: t(`alerts.base_${watch.base ?? "same_weekday"}`), side, by: sayShare(toNumber(watch.by)) });
      if (watch.kind === "unusual") return t("alerts.is_unusual", { side });
      if (watch.kind === "off_pace") return t("alerts.is_off_pace", { by: sayShare(toNumber(watch.by)) });
      return t("alerts.is_silent", { hours: watch.limit });
    },
    scope: (rule: Rule) => [names.metric(rule.metric), names.scope(rule.where), rule.each ? t("alerts.each", { name: names.dimension(rule.each), count: rule.most }) : "", t(`alerts.window_${rule.window ?? "today"}`)].filter(Boolean).join(" · "),
    /** What happened, in one sentence. */
    headline: (alert: Alert) => {
      const unit = unitOfAlert(alert);
      const what = member(alert) || names.scope(alert.rule.where);
      const metric = names.metric(alert.rule.metric);
      const value = figure(alert.fired.value, unit);
      const { kind } = alert.rule.watch;
      const subject = what ? t("alerts.of", { what, metric }) : metric;
      if (kind === "silent") return t("alerts.head_silent", { metric, hours: Math.round(toNumber(alert.fired.value) ?? 0) });
      if (kind === "threshold") return t("alerts.head_threshold", { subject, value, side: t(`alerts.side_${alert.rule.watch.side ?? "below"}`), limit: figure(alert.against, unit) });
      const base = toNumber(alert.fired.base);
      const change = base ? ((toNumber(alert.fired.value) ?? 0) - base) / Math.abs(base) : null;
      return t(kind === "unusual" ? "alerts.head_unusual" : kind === "off_pace" ? "alerts.head_pace" : "alerts.head_change", { subject, value, base: figure(alert.fired.base, unit), change: sayChange(change, false, locale) });
    },
  };
}
