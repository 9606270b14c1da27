import { useLayoutEffect, useRef, useState } from "react";
import { squarified } from "../../../charts/treemap";
import { say, sayShare } from "../../../format/number";
import { keyOf, measure, memberCell, shareOf, valueOf } from "../answers";
import { useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";

const AT_MOST = 20;

/** Shares of a whole as areas; each with its name, value and share where there is room, all of them in the table behind. */
export function TreemapTile({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const box = useRef<HTMLDivElement>(null);
  const [[width, height], setSize] = useState<[number, number]>([0, 0]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setSize([element.clientWidth, element.clientHeight]));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  const rows = answer && key && of ? answer.rows.slice(0, AT_MOST).map((row) => ({ name: words.member(key.name, memberCell(answer, key, row)), member: row[key.name] ? String(row[key.name]) : null, value: valueOf(row, of) })) : [];
  if (answer?.others && of) rows.push({ name: words.t("member.others"), member: null, value: valueOf(answer.others, of) });
  const total = answer && of ? (valueOf(answer.totals, of) ?? rows.reduce((sum, row) => sum + Math.max(0, row.value ?? 0), 0)) : null;
  const picked = key && !board.wall && spec.follow !== false && board.catalog.dimensions[key.name] && (!spec.takes || spec.takes.includes(key.name)) ? board.pick : undefined;
  const first = rows[0];
  const label = words.t("chart.treemap", { title: words.pick(spec.title), name: first?.name ?? "", share: sayShare(shareOf(first?.value ?? null, total)) });
  return (
    <>
      {head(of ? words.beside(of.metric, spec.title) : undefined)}
      <div className="treemap" ref={box} role="group" aria-label={label}>
        {of && key && squarified(rows.map((row) => row.value), width, height).map((area) => {
          const row = rows[area.index];
          if (!row) return null;
          const text = `${row.name} ${say(row.value, of.unit, words.locale)} · ${sayShare(shareOf(row.value, total))}`;
          const inside = area.w > 46 && area.h > 22 && <><b>{row.name}</b>{area.h > 42 && <span>{say(row.value, of.unit, words.locale, "tile")} · {sayShare(shareOf(row.value, total))}</span>}</>;
          const style = { left: area.x, top: area.y, width: Math.max(0, area.w - 2), height: Math.max(0, area.h - 2) };
          return picked && row.member !== null
            ? <button key={area.index} type="button" className="area" style={style} title={text} aria-label={text} onClick={() => picked(key.name, row.member ?? "")} data-pick={row.member}>{inside}</button>
            : <div key={area.index} className={row.member === null ? "area rest" : "area"} style={style} title={text} role="img" aria-label={text}>{inside}</div>;
        })}
      </div>
      {foot(total === null || !of ? undefined : <span>{words.t("table.total")} {say(total, of.unit, words.locale, "tile")}</span>)}
    </>
  );
}
