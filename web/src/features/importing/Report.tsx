import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { uploads, type ImportJob } from "../../api/uploads";
import { follow } from "../../app/location";
import { announce } from "../../components/announce";
import { Status } from "../../components/Icon";
import { digits } from "../../format/number";

const COUNTS = ["received", "loaded", "duplicates", "superseded", "quarantined"] as const;

/** What became of every row, what to do about the rest, and taking it all back. */
export function Report({ job }: { job: ImportJob }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [undone, setUndone] = useState(false);
  const report = job.report;
  const undo = useMutation<unknown, Problem, boolean>({
    mutationFn: (take) => (take ? uploads.undo(report?.import_id ?? "") : uploads.redo(report?.import_id ?? "")),
    onSuccess: (_, take) => { setUndone(take); announce(take ? t("bring.undone") : t("bring.redone")); void queries.invalidateQueries({ queryKey: ["imports"] }); },
  });
  if (!report) return null;
  const reasons = Object.entries(report.reasons ?? {}).sort((one, other) => other[1] - one[1]);
  return (
    <div className="bring-report">
      <dl className="bring-counts">{COUNTS.map((name) => <div key={name}><dt>{t(`data.${name}`)}</dt><dd>{digits(report[name], 0)}</dd></div>)}</dl>
      {report.suspects > 0 && <p className="sub2">{t("bring.suspects", { count: report.suspects, shown: digits(report.suspects, 0) })}</p>}
      {reasons.length > 0 && <p className="sub2"><Status level="watch">{t("data.to_mend", { count: report.quarantined, shown: digits(report.quarantined, 0) })}</Status> {reasons.map(([reason, rows]) => `${t(`reason.${reason}`, { defaultValue: reason })} ${digits(rows, 0)}`).join(" · ")} <a href="/data/quarantine" onClick={follow}>{t("bring.mend")}</a></p>}
      {undo.error && <p className="refused" role="alert">{undo.error.message || t("state.error")}</p>}
      <div className="bring-acts">
        {!undone && <a className="btn small pri" href="/boards" onClick={follow}>{t("bring.boards")}</a>}
        <button type="button" className="btn small" disabled={undo.isPending} onClick={() => undo.mutate(!undone)}>{undone ? t("bring.redo") : t("bring.undo")}</button>
        {undone && <span className="sub2">{t("bring.undone")}</span>}
      </div>
    </div>
  );
}
