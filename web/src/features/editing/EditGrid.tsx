import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../../api/contracts";
import { useSettings } from "../../app/settings";
import { announce } from "../../components/announce";
import { Icon } from "../../components/Icon";
import { pick } from "../../i18n";
import { placeOf } from "../boards/Grid";
import { Tile } from "../boards/Tile";
import { COLUMNS, placed } from "./draft";

interface Props {
  board: BoardSpec;
  chosen: string;
  onChoose: (id: string) => void;
  onChange: (board: BoardSpec, mark?: string) => void;
  onRemove: (id: string) => void;
}

const ROW = 40;
const GAP = 12;

/** The board's grid while it is edited: tiles are moved and resized by mouse, touch and keyboard. */
export function EditGrid({ board, chosen, onChoose, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const grid = useRef<HTMLDivElement>(null);
  const drag = useRef<{ id: string; x: number; y: number; from: BoardSpec; size: boolean; mark: string } | null>(null);

  const begin = (event: PointerEvent<HTMLElement>, id: string, size: boolean) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    onChoose(id);
    drag.current = { id, x: event.clientX, y: event.clientY, from: board, size, mark: `drag ${id} ${event.timeStamp}` };
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const now = drag.current;
    const tile = now?.from.tiles.find((each) => each.id === now.id);
    if (!now || !tile || !grid.current) return;
    const column = (grid.current.clientWidth + GAP) / COLUMNS;
    const dx = Math.round((event.clientX - now.x) / column);
    const dy = Math.round((event.clientY - now.y) / (ROW + GAP));
    const next = now.size ? { w: Math.min(COLUMNS - tile.place.x, tile.place.w + dx), h: tile.place.h + dy } : { x: tile.place.x + dx, y: tile.place.y + dy };
    onChange(placed(now.from, now.id, next), now.mark);
  };
  const end = () => {
    drag.current = null;
  };
  const press = (event: KeyboardEvent<HTMLElement>, id: string) => {
    if (event.target !== event.currentTarget) return;
    const step = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, [number, number]>)[event.key];
    const tile = board.tiles.find((each) => each.id === id);
    if (!tile) return;
    if (event.key === "Delete" || event.key === "Backspace") onRemove(id);
    else if (event.key === "Enter" || event.key === " ") onChoose(id);
    else if (step) {
      const { x, y, w, h } = tile.place;
      const next = placed(board, id, event.shiftKey ? { w: Math.min(COLUMNS - x, w + step[0]), h: h + step[1] } : { x: x + step[0], y: y + step[1] });
      onChange(next);
      const at = next.tiles.find((each) => each.id === id)?.place;
      if (at) announce(event.shiftKey ? t("edit.sized", { w: at.w, h: at.h }) : t("edit.moved", { x: at.x + 1, y: at.y + 1 }));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="grid editing" ref={grid}>
      {board.tiles.map((tile) => {
        const title = pick(tile.title, language);
        return (
          <div key={tile.id} className={tile.id === chosen ? "frame on" : "frame"} style={placeOf(tile, false, false)} tabIndex={0} role="group" aria-label={t("edit.tile", { title })} aria-roledescription={t("edit.tile_role")} onKeyDown={(event) => press(event, tile.id)} data-frame={tile.id}>
            <Tile spec={tile} place={FILL} />
            <div className="cover" onPointerDown={(event) => begin(event, tile.id, false)} onPointerMove={move} onPointerUp={end} onPointerCancel={end} aria-hidden="true" />
            <button type="button" className="icb frame-x" aria-label={t("edit.remove", { title })} title={t("edit.remove", { title })} onClick={() => onRemove(tile.id)}><Icon name="x" size={14} /></button>
            <span className="frame-size" onPointerDown={(event) => begin(event, tile.id, true)} onPointerMove={move} onPointerUp={end} onPointerCancel={end} aria-hidden="true" />
          </div>
        );
      })}
    </div>
  );
}

const FILL = { height: "100%" };
