import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { uploads, type ImportJob } from "../../api/uploads";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { Icon, Status, type Level } from "../../components/Icon";
import { clock, dayName } from "../../format/time";
import { size } from "./amounts";
import { Look } from "./Look";
import { Report } from "./Report";
import { Running } from "./Running";

const LEVELS: Record<ImportJob["state"], Level | "none"> = { uploading: "none", waiting: "info", queued: "none", running: "info", done: "ok", failed: "critical", cancelled: "none", interrupted: "watch" };

/** One file: waiting to be looked at, under way, or done. */
export function JobCard({ job, isOpen, onChanged }: { job: ImportJob; isOpen: boolean; onChanged: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const queries = useQueryClient();
  const [open, setOpen] = useState<boolean | null>(null);
  const remove = useMutation<unknown, Problem>({ mutationFn: () => uploads.remove(job.id), onSuccess: onChanged });
  const begin = useMutation<unknown, Problem, Parameters<typeof uploads.begin>[1]>({ mutationFn: (wish) => uploads.begin(job.id, wish), onSuccess: () => { onChanged(); void queries.invalidateQueries({ queryKey: ["imports"] }); } });
  const at = new Date(job.at);
  const canLook = job.state === "waiting" || job.state === "interrupted" || job.state === "failed" || job.state === "cancelled";
  const shown = canLook && (open ?? isOpen);
  const busy = job.state === "queued" || job.state === "running";
  return (
    <section className="tile page-tile bring-job" aria-label={job.file} data-state={job.state}>
      <header className="bring-head">
        <Icon name="table" />
        <h2 className="el" title={job.file}>{job.file}</h2>
        <span className="sub">{size(job.bytes)} · {dayName(at, zone, language)} {clock(at, zone)}</span>
        <Status level={LEVELS[job.state]}>{t(`bring.state_${job.state}`)}</Status>
        <span className="sp" />
        {canLook && <button type="button" className="btn small" aria-expanded={shown} onClick={() => setOpen(!shown)}>{shown ? t("bring.close") : t("bring.look")}</button>}
        {!busy && <button type="button" className="btn small quiet" aria-label={t("bring.remove", { file: job.file })} title={t("bring.remove", { file: job.file })} disabled={remove.isPending} onClick={() => remove.mutate()}><Icon name="x" size={14} /></button>}
      </header>
      {(job.refused || begin.error || remove.error) && <p className="refused" role="alert">{begin.error?.message || remove.error?.message || job.refused?.message}</p>}
      {busy && <Running job={job} onChanged={onChanged} />}
      {job.report && <Report job={job} />}
      {shown && <Look job={job} isBeginning={begin.isPending} onBegin={(wish) => begin.mutate(wish)} />}
    </section>
  );
}
