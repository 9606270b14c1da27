import { useTranslation } from "react-i18next";
import type { Answer, Freshness } from "../../api/contracts";
import { Shape } from "../../components/Icon";
import { digits } from "../../format/number";
import { ageOf, clock } from "../../format/time";
import { useNow } from "../../live/clock";
import type { TileNow } from "../../live/tiles";
import { useBoard, useWords } from "./context";

/** `2 s ago`, counted on from the age that the figures had when they arrived. */
export function Ago({ tile }: { tile: TileNow }) {
  const { t } = useTranslation();
  const age = ageOf(useNow() - tile.received + tile.ageThen);
  return <>{t(`ago.${age.unit}`, { count: age.count })}</>;
}

function minutesSince(freshness: Freshness): number {
  const since = freshness.as_of ?? freshness.since;
  return since ? Math.max(1, Math.round((Date.now() - Date.parse(since)) / 60_000)) : 0;
}

/** Freshness: ● live · ○ 3 min ago · ▲ late · ⬣ stopped; quiet as long as nothing is wrong. */
export function Fresh({ tile, zone }: { tile: TileNow; zone: string }) {
  const { t, member } = useWords();
  const { offlineSince } = useBoard();
  const { freshness, problem, state } = tile.payload;
  if (offlineSince !== null) return <span className="fresh"><i />{t("fresh.kept")} <Ago tile={tile} /></span>;
  if (state === "ok" && problem?.code === "warehouse.busy") return <span className="fresh"><i />{t("fresh.busy", { time: freshness.as_of ? clock(new Date(freshness.as_of), zone) : "—" })}</span>;
  const source = freshness.source ? member("channel", freshness.source) : "";
  switch (freshness.state) {
    case "live": return <span className="fresh live"><i />{t("fresh.live")}</span>;
    case "late": return <span className="fresh t-watch"><Shape level="watch" size={11} />{source ? t("fresh.late_source", { source, count: minutesSince(freshness) }) : t("fresh.late", { count: minutesSince(freshness) })}</span>;
    case "stopped": {
      const since = freshness.since ?? freshness.as_of;
      const time = since ? clock(new Date(since), zone) : "";
      return <span className="fresh t-critical"><Shape level="critical" size={11} />{source ? t("fresh.stopped_source", { source, time }) : t("fresh.stopped", { time })}</span>;
    }
    case "loading": return <span className="fresh"><i />{freshness.share ? t("fresh.loading_share", { share: digits(freshness.share * 100, 0) }) : t("fresh.loading")}</span>;
    case "rebuilding": return <span className="fresh t-watch"><Shape level="watch" size={11} />{t("fresh.rebuilding", { share: digits((freshness.share ?? 0) * 100, 0) })}</span>;
    default: return <span className="fresh"><i />{freshness.as_of ? <Ago tile={tile} /> : t("fresh.quiet")}</span>;
  }
}

/** ✓ and 0–100; under 95 it says why. */
export function QualityMark({ answer }: { answer: Answer | undefined }) {
  const { t, inside, dimension } = useWords();
  const quality = answer?.quality;
  if (!quality || quality.score === undefined || quality.score === null) return <span />;
  const causes = (quality.causes ?? []).map((cause) => t(`quality.${cause.code as "unknown"}`, { ...cause.values, dimension: inside(dimension(cause.values?.dimension ?? "")), share: cause.share ? digits(Number(cause.share) * 100, 1) : "", defaultValue: cause.code }));
  const low = quality.score < 95;
  return (
    <span className={low ? "quality low" : "quality"} title={causes.join("\n") || t("quality.good")}>
      {low ? <Shape level="watch" size={11} /> : "✓"} {t("quality.score", { score: digits(quality.score, 0) })}
      {low && causes[0] ? <span className="sr">{causes[0]}</span> : null}
    </span>
  );
}
