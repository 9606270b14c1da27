import type { TilePayload } from "../../../api/contracts";
import { Shape } from "../../../components/Icon";
import { say, sayShare, toNumber, type Unit } from "../../../format/number";
import { useWords } from "../context";

type Level = "ok" | "watch" | "critical";

/** A target's part of the tile's own days: what has come, with a mark where it should be by now. */
export function TargetLine({ payload, unit }: { payload: TilePayload; unit: Unit }) {
  const { t, locale } = useWords();
  const told = payload.extra?.target as Record<string, unknown> | undefined;
  const share = toNumber(told?.share);
  const usual = toNumber(told?.usual);
  if (!told || share === null) return null;
  const top = Math.max(1, share) * 1.02;
  const part = (amount: number) => `${Math.max(0, Math.min(100, (amount / top) * 100))}%`;
  const level = told.verdict === "ok" || told.verdict === "watch" || told.verdict === "critical" ? (told.verdict as Level) : null;
  const whole = t("targets.tile", { share: sayShare(share), value: say(toNumber(told.value), unit, locale, "short") });
  const due = usual !== null && usual < 1 && told.used !== "level" ? t("targets.tile_due", { usual: sayShare(usual) }) : "";
  return (
    <div className="target-line" data-target={String(told.id)} title={String(told.name ?? "")}>
      <div className="bullet" aria-hidden="true"><i className="done" style={{ width: part(share) }} />{due && <i className="mark soft" style={{ left: part(usual ?? 0) }} />}<i className="mark" style={{ left: `calc(${part(1)} - 1px)` }} /></div>
      <div className="sub">{level && <span className={`t-${level}`}><Shape level={level} size={11} /></span>} {whole}{due && (locale === "en" ? `; ${due}` : `，${due}`)}</div>
    </div>
  );
}
