import { useEffect, useMemo } from "react";
import type { Place, TileSpec } from "../../api/contracts";
import { go } from "../../app/location";
import { useSettings } from "../../app/settings";
import { Logo, Shape } from "../../components/Icon";
import { useSession } from "../../app/session";
import { clock, dayName } from "../../format/time";
import { useNow } from "../../live/clock";
import { useBoard, useWords } from "./context";
import { Tile } from "./Tile";
import { writeView } from "./view";

const AT_MOST = 7;

/** Where a tile stands on the wall's 12 × 12: as declared, else the hero on top and the rest below it. */
export function wallPlaces(tiles: readonly TileSpec[]): Map<string, Place> {
  const told = tiles.filter((tile) => tile.options?.wall && typeof tile.options.wall === "object");
  if (told.length) return new Map(told.slice(0, AT_MOST).map((tile) => [tile.id, tile.options?.wall as Place]));
  const offered = [...tiles].filter((tile) => tile.options?.wall !== false).sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);
  const hero = offered.find((tile) => tile.kind === "hero");
  const below = offered.filter((tile) => tile !== hero && ["strip", "bars", "number", "rate"].includes(tile.kind)).slice(0, 3);
  const weight = (tile: TileSpec) => (tile.kind === "strip" ? 3 : tile.kind === "bars" ? 1.5 : 1);
  const whole = below.reduce((sum, tile) => sum + weight(tile), 0);
  const places = new Map<string, Place>();
  if (hero) places.set(hero.id, { x: 0, y: 0, w: 12, h: below.length ? 8 : 12 });
  let x = 0;
  below.forEach((tile, index) => {
    const w = index === below.length - 1 ? 12 - x : Math.max(1, Math.round((weight(tile) / whole) * 12));
    places.set(tile.id, { x, y: hero ? 8 : 0, w, h: hero ? 4 : 12 });
    x += w;
  });
  return places;
}

function WallClock() {
  const { locale } = useWords();
  const now = new Date(useNow());
  const { session } = useSession();
  const zone = session?.workspace.zone ?? "";
  const [first = "", ...rest] = dayName(now, zone, locale).split(/ (?=周|\d)/);
  return <><span className="clock">{clock(now, zone, true)}</span><span className="date">{first} {rest.slice(0, -1).join(" ")}<br />{rest.at(-1)}</span></>;
}

/** The board to be read from three metres: no scroll, no hover; clock and freshness always. Esc leaves it. */
export function WallBoard({ load }: { load: Record<string, unknown> | null }) {
  const words = useWords();
  const { board, view, offlineSince } = useBoard();
  const { session } = useSession();
  const settings = useSettings();
  const places = useMemo(() => wallPlaces(board.tiles), [board.tiles]);
  useEffect(() => {
    const leave = (event: KeyboardEvent) => event.key === "Escape" && go(writeView(view, false));
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, [view]);
  const rebuilding = typeof load?.rebuilding === "number" ? load.rebuilding : null;
  const alarm = offlineSince !== null ? words.t("link.reconnecting") : rebuilding !== null ? words.t("load.rebuilding", { share: Math.round(rebuilding * 100) }) : load?.available === false ? words.t("load.unavailable") : "";
  return (
    <main className="wall" id="content" lang={settings.language}>
      <header>
        <Logo size={54} /><h1>{words.pick(board.title)}</h1><span className="shop">{session?.workspace.name}</span>
        <WallClock />
      </header>
      <div className="cells">
        {board.tiles.filter((tile) => places.has(tile.id)).map((tile) => {
          const place = places.get(tile.id) as Place;
          return <Tile key={tile.id} spec={tile} place={{ gridColumn: `${place.x + 1} / span ${place.w}`, gridRow: `${place.y + 1} / span ${place.h}` }} />;
        })}
      </div>
      {alarm ? <div className="alarm watch" role="status"><b><Shape level="watch" size={34} />{alarm}</b></div> : null}
    </main>
  );
}
