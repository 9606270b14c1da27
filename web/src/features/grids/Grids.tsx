import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { grids, type GridView } from "../../api/grids";
import type { Problem } from "../../api/problem";
import { follow, go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Message } from "../data/Message";
import { Standing } from "./Standing";
import { Typing } from "./Typing";
import { Versions } from "./Versions";
import { useDraft } from "./useDraft";
import "./grids.css";

/** What has no file: costs, competitors' prices, purchase orders … typed or pasted, checked as it is typed, kept as versions. */
export function Grids() {
  const { t } = useTranslation();
  const { path } = usePlace();
  const table = decodeURIComponent(path.split("/")[3] ?? "") || "cost";
  const tables = useQuery<string[], Problem>({ queryKey: ["grids"], queryFn: grids.all, staleTime: Infinity });
  const names = tables.data ?? [table];
  return (
    <>
      <div className="grid-choice">
        <label className="field"><span className="lbl">{t("grids.what")}</span>
          <select className="input small" value={table} onChange={(event) => go(`/data/grids/${encodeURIComponent(event.target.value)}`)}>
            {names.map((name) => <option key={name} value={name}>{t(`grids.table_${name}`, { defaultValue: name })}</option>)}
          </select>
        </label>
        <p className="sub2 page-lead">{t(`grids.why_${table}`, { defaultValue: "" })} <a href="/targets" onClick={follow}>{t("grids.targets")}</a></p>
      </div>
      <Grid key={table} table={table} />
    </>
  );
}

function Grid({ table }: { table: string }) {
  const { session } = useSession();
  const asked = useQuery<GridView, Problem>({ queryKey: ["grid", table], queryFn: () => grids.view(table), refetchInterval: 5000 });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  return <Open view={asked.data} mayWrite={can(session, "data:write")} />;
}

function Open({ view, mayWrite }: { view: GridView; mayWrite: boolean }) {
  const draft = useDraft(view);
  return (
    <div className="grid-parts">
      {mayWrite && <Typing view={view} draft={draft} />}
      <Standing view={view} onCorrect={mayWrite ? draft.correct : null} />
      <Versions view={view} mayWrite={mayWrite} />
    </div>
  );
}
