import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Problem } from "../../api/problem";
import { uploads } from "../../api/uploads";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { Status } from "../../components/Icon";
import { digits, UNKNOWN } from "../../format/number";
import { clock, dayName } from "../../format/time";
import { count, fileName, text, when, type Loose } from "./fields";
import { Message } from "./Message";

const COUNTS = ["received", "loaded", "duplicates", "superseded", "quarantined"] as const;

/** Imports, newest first; received = loaded + duplicates + superseded + quarantined, for every one. */
export function Imports() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { session } = useSession();
  const zone = session?.workspace.zone ?? "";
  const asked = useQuery<unknown, Problem>({ queryKey: ["imports"], queryFn: api.imports, refetchInterval: 5000 });
  const queries = useQueryClient();
  const mayUndo = can(session, "data:write");
  const turn = useMutation<unknown, Problem, { id: string; isUndone: boolean }>({
    mutationFn: ({ id, isUndone }) => (isUndone ? uploads.redo(id) : uploads.undo(id)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["imports"] }),
  });
  const records = (asked.data ?? []) as Loose[];
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  if (!records.length) return <section className="tile page-tile"><div className="mid"><b>{t("data.no_imports")}</b><span>{t("data.no_imports_how")}</span><a className="btn" href="/data" onClick={follow}>{t("data.part_import")}</a></div></section>;
  return (
    <section className="tile page-tile" aria-label={t("data.part_imports")}>
      <p className="sub2 page-lead">{t("data.identity")}</p>
      {turn.error && <p className="refused" role="alert">{turn.error.message || t("state.error")}</p>}
      <div className="scroll" tabIndex={0} role="region" aria-label={t("data.part_imports")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("data.source")}</th><th scope="col">{t("data.when")}</th>{COUNTS.map((name) => <th key={name} scope="col" className="num">{t(`data.${name}`)}</th>)}<th scope="col">{t("data.state")}</th>{mayUndo && <th scope="col"><span className="sr">{t("data.undo")}</span></th>}</tr></thead>
          <tbody>
            {records.map((record, index) => {
              const at = when(record, "finished_at", "at", "imported_at", "started_at", "created_at");
              const bad = count(record, "quarantined") ?? 0;
              const id = text(record, "import_id", "id");
              const isUndone = record.undone === true;
              return (
                <tr key={id || index} className={isUndone ? "rest" : undefined}>
                  <th scope="row"><span className="strong">{fileName(text(record, "file", "path", "name", "source")) || UNKNOWN}</span> <span className="sub">{[text(record, "format"), text(record, "table", "kind")].filter(Boolean).join(" · ")}</span></th>
                  <td>{at ? `${dayName(at, zone, language)} ${clock(at, zone)}` : UNKNOWN}</td>
                  {COUNTS.map((name) => { const value = count(record, name); return <td key={name} className="num">{value === null ? UNKNOWN : digits(value, 0)}</td>; })}
                  <td>{isUndone ? <Status level="none">{t("data.undone")}</Status> : bad > 0 ? <Status level="watch">{t("data.to_mend", { count: bad, shown: digits(bad, 0) })}</Status> : <Status level="ok">{t("data.fine")}</Status>}</td>
                  {mayUndo && <td className="num">{text(record, "format") !== "grid" && <button type="button" className="btn small" disabled={turn.isPending} onClick={() => turn.mutate({ id, isUndone })}>{isUndone ? t("data.redo") : t("data.undo")}</button>}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
