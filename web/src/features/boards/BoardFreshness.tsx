import { useContext, useSyncExternalStore } from "react";
import { useAppearance } from "../../app/settings";
import { ageOf, clock, dayName } from "../../format/time";
import { useNow } from "../../live/clock";
import { TileStore } from "../../live/tiles";
import { StoreContext } from "../../live/useTile";
import { useBoard, useWords } from "./context";

/** ● Updated 2 s ago · Fri 20 Nov, 14:36, or since when the connection is lost. */
export function BoardFreshness() {
  const { t } = useWords();
  const { locale, screen } = useAppearance();
  const { offlineSince } = useBoard();
  const store = useContext(StoreContext);
  const latest = useSyncExternalStore((listener) => store.subscribeAny(listener), () => store.latest());
  const now = useNow();
  if (!latest) return <span className="fresh sub"><i />{t("state.loading")}</span>;
  const zone = TileStore.zone;
  const age = ageOf(now - latest.received + latest.ageThen);
  const ago = t(`ago.${age.unit}`, { count: age.count });
  if (offlineSince !== null) return <span className="fresh sub t-watch" data-link="reconnecting"><i />{t("link.reconnecting")} · {t("link.figures", { ago })}</span>;
  const live = age.unit === "second";
  const at = new Date(now);
  if (!latest.payload.freshness?.as_of) return <span className="fresh sub" data-link="open"><i />{t("fresh.nothing", { day: dayName(at, zone, locale), time: clock(at, zone) })}</span>;
  return (
    <span className={live ? "fresh live sub" : "fresh sub"} data-link="open">
      <i />{screen === "phone" ? ago : t("fresh.updated", { ago, day: dayName(at, zone, locale), time: clock(at, zone) })}
    </span>
  );
}
