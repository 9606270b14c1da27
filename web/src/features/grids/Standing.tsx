import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GridView } from "../../api/grids";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { digits, UNKNOWN } from "../../format/number";
import { columnName, spoken } from "./words";

/** In the shop's zone, as it would be typed. */
function local(time: string, zone: string): string {
  const at = new Date(time.replace(" ", "T"));
  return Number.isNaN(at.getTime()) ? time : at.toLocaleString("sv-SE", zone ? { timeZone: zone } : {});
}

const STEP = 100;

/** The grid as it stands: what was kept last of every row. */
export function Standing({ view, onCorrect }: { view: GridView; onCorrect: ((row: string[]) => void) | null }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const [wanted, setWanted] = useState("");
  const [most, setMost] = useState(STEP);
  const said = (cell: string, place: number) => { const column = view.columns[place]; return !column ? cell : column.type === "timestamp" && cell ? local(cell, zone) : spoken(column, cell, language); };
  const rows = view.rows.filter((row) => !wanted || row.some((cell, place) => said(cell, place).toLowerCase().includes(wanted.toLowerCase())));
  const used = view.columns.map((_, place) => place).filter((place) => rows.some((row) => row[place]));
  const isNumber = (place: number) => ["money", "quantity", "rate", "integer"].includes(view.columns[place]?.type ?? "");
  return (
    <section className="tile page-tile" aria-label={t("grids.standing")} data-grid="standing">
      <h2 className="grid-title">{t("grids.standing")} <span className="sub">{t("grids.rows", { count: view.total, shown: digits(view.total, 0) })}</span></h2>
      {view.total === 0 ? <p className="sub2">{t("grids.none")}</p> : (
        <>
          <input className="input small find" value={wanted} onChange={(event) => setWanted(event.target.value)} placeholder={t("grids.find")} aria-label={t("grids.find")} />
          {view.total > view.rows.length && <p className="sub2">{t("grids.first", { shown: digits(view.rows.length, 0) })}</p>}
          <div className="scroll" tabIndex={0} role="region" aria-label={t("grids.standing")}>
            <table className="tbl">
              <thead><tr>{used.map((place) => <th key={place} scope="col" className={isNumber(place) ? "num" : undefined}>{columnName(view.columns[place]!, language)}</th>)}{onCorrect && <th scope="col"><span className="sr">{t("grids.correct")}</span></th>}</tr></thead>
              <tbody>
                {rows.slice(0, most).map((row) => (
                  <tr key={row.join("\t")}>
                    {used.map((place) => <td key={place} className={isNumber(place) ? "num" : undefined}>{said(row[place] ?? "", place) || UNKNOWN}</td>)}
                    {onCorrect && <td className="num"><button type="button" className="btn small" onClick={() => { onCorrect(row.map(said)); document.querySelector(".grid-typing")?.scrollIntoView({ block: "nearest" }); }}>{t("grids.correct")}</button></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rows.length > most && <button type="button" className="btn small" onClick={() => setMost(most + STEP)}>{t("grids.show_more")}</button>}
        </>
      )}
    </section>
  );
}
