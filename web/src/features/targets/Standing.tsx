import { useTranslation } from "react-i18next";
import type { Progress } from "../../api/targets";
import { useAppearance } from "../../app/settings";
import { Shape } from "../../components/Icon";
import { pick } from "../../i18n";
import { say, sayShare, toNumber } from "../../format/number";
import { unitFor } from "./names";

/** How far a target has come: a bar with the mark of where it should be, and the same in a sentence. */
export function Standing({ progress }: { progress: Progress }) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  if (progress.standing === "problem") {
    const detail = progress.problem?.detail as Record<string, string> | undefined;
    return <span className="tg-why t-critical"><Shape level="critical" size={12} /> {pick(detail, locale) || t("targets.cannot")}</span>;
  }
  const unit = unitFor(progress);
  const value = say(toNumber(progress.target.value), unit, locale, "short");
  if (progress.standing === "upcoming") return <span className="sub2">{t("targets.upcoming", { value })}</span>;
  const share = toNumber(progress.share);
  const usual = toNumber(progress.usual);
  if (share === null) return <span className="sub2">{t("targets.no_figure", { value })}</span>;
  return (
    <span className="tg-standing">
      <TargetBar share={share} usual={progress.standing === "over" ? null : usual} />
      <span className="tg-figures"><b>{say(toNumber(progress.actual), unit, locale, "short")}</b><span className="sub">{t("targets.of", { value })}</span><Verdict verdict={progress.verdict ?? "none"} pace={toNumber(progress.pace)} over={progress.standing === "over"} less={progress.direction === "down"} /></span>
      <span className="sub2">{sentence(progress, t)}</span>
    </span>
  );
}

export function sentence(progress: Progress, t: ReturnType<typeof useTranslation>["t"]): string {
  const share = sayShare(toNumber(progress.share));
  if (progress.standing === "over") return t("targets.ended", { share });
  if (progress.used === "level") return t("targets.level", { share });
  return t(`targets.pace_${(progress.used ?? "flat") as "flat"}`, { share, usual: sayShare(toNumber(progress.usual)) });
}

export function Verdict({ verdict, pace, over, less }: { verdict: string; pace: number | null; over: boolean; less: boolean }) {
  const { t } = useTranslation();
  if (verdict !== "ok" && verdict !== "watch" && verdict !== "critical") return null;
  const word = over ? (verdict === "ok" ? "met" : "missed") : verdict === "ok" ? (pace !== null && !less && pace > 1.02 ? "ahead" : "on") : less ? "above" : verdict === "watch" ? "behind" : "far";
  return <span className={`tg-verdict t-${verdict}`}><Shape level={verdict} size={12} />{t(`targets.is_${word as "on"}`)}</span>;
}

export function TargetBar({ share, usual }: { share: number; usual: number | null }) {
  const top = Math.max(1, share, usual ?? 0);
  const part = (amount: number) => `${Math.max(0, Math.min(100, (amount / top) * 100))}%`;
  return (
    <span className="bullet tg-bar" aria-hidden="true">
      <i className="done" style={{ width: part(share) }} />
      {usual !== null && <i className="mark due" style={{ left: `calc(${part(usual)} - 1px)` }} />}
      {top > 1 && <i className="mark" style={{ left: `calc(${part(1)} - 1px)` }} />}
    </span>
  );
}
