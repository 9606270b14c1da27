import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { grids, type GridPasted, type GridView } from "../../api/grids";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { Status } from "../../components/Icon";
import { digits } from "../../format/number";
import { clock, dayName } from "../../format/time";

/** What was kept when, newest first; any of it can be taken back. */
export function Versions({ view, mayWrite }: { view: GridView; mayWrite: boolean }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const queries = useQueryClient();
  const undo = useMutation<GridPasted, Problem, string>({ mutationFn: (version) => grids.undo(view.table, version), onSuccess: () => queries.invalidateQueries({ queryKey: ["grid", view.table] }) });
  if (!view.versions.length) return null;
  const time = (text: string) => { const at = new Date(text); return `${dayName(at, zone, language)} ${clock(at, zone)}`; };
  const byName = new Map(view.versions.map((version) => [version.version, version]));
  const said = undo.data;
  const parts = said ? (["restored", "withdrawn", "stay", "since"] as const).filter((name) => said[name] > 0) : [];
  return (
    <section className="tile page-tile grid-versions" aria-label={t("grids.versions")}>
      <h2 className="grid-title">{t("grids.versions")}</h2>
      {undo.error && <p className="refused" role="alert">{undo.error.message || t("state.error")}</p>}
      {said && <p className="sub2" role="status">{parts.map((name) => t(`grids.undo_${name}`, { count: said[name], shown: digits(said[name], 0) })).join(language === "zh-CN" ? "；" : "; ")}</p>}
      <div className="scroll" tabIndex={0} role="region" aria-label={t("grids.versions")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("data.when")}</th><th scope="col" className="num">{t("data.row")}</th><th scope="col">{t("data.state")}</th>{mayWrite && <th scope="col"><span className="sr">{t("data.undo")}</span></th>}</tr></thead>
          <tbody>
            {view.versions.map((version) => {
              const of = byName.get(version.undoes);
              return (
                <tr key={version.version} className={version.undone ? "rest" : undefined}>
                  <th scope="row">{time(version.time)}</th>
                  <td className="num">{digits(version.rows, 0)}</td>
                  <td>{version.undone ? <Status level="none">{t("data.undone")}</Status> : version.undoes ? <span className="sub2">{t("grids.undoes", { when: of ? time(of.time) : version.undoes })}</span> : <Status level="ok">{t("data.fine")}</Status>}</td>
                  {mayWrite && <td className="num">{!version.undone && !version.undoes && <button type="button" className="btn small" disabled={undo.isPending} onClick={() => undo.mutate(version.version)}>{t("data.undo")}</button>}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
