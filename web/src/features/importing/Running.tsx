import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { uploads, type ImportJob } from "../../api/uploads";
import { digits } from "../../format/number";
import { secondsLeft, size } from "./amounts";
import { Progress } from "./Progress";

/** How far an import is: rows, bytes, rate, time left; it goes on when the page is closed. */
export function Running({ job, onChanged }: { job: ImportJob; onChanged: () => void }) {
  const { t } = useTranslation();
  const cancel = useMutation<unknown, Problem>({ mutationFn: () => uploads.cancel(job.id), onSettled: onChanged });
  const left = secondsLeft(job.done_bytes, job.bytes, job.seconds);
  const isRead = job.bytes > 0 && job.done_bytes >= job.bytes;
  const told = [
    t("bring.rows", { count: job.rows, shown: digits(job.rows, 0) }), `${size(job.done_bytes)} / ${size(job.bytes)}`,
    job.seconds > 1 && job.rows > 0 ? t("bring.rate", { shown: digits(job.rows / job.seconds, 0) }) : "",
    isRead ? t("bring.loading") : left === null ? "" : left < 90 ? t("bring.left_s", { count: left }) : t("bring.left_min", { count: Math.round(left / 60) }),
  ].filter(Boolean);
  return (
    <div className="bring-run">
      <Progress share={job.state === "queued" || isRead ? null : job.done_bytes / Math.max(1, job.bytes)} label={t("bring.importing", { file: job.file })} />
      <span className="sub2">{job.state === "queued" ? t("bring.queued") : told.join(" · ")}</span>
      <button type="button" className="btn small" disabled={cancel.isPending || isRead} onClick={() => cancel.mutate()}>{t("bring.cancel")}</button>
      <span className="sub bring-stays">{t("bring.goes_on")}</span>
    </div>
  );
}
