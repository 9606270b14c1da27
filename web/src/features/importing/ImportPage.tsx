import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { uploads, type ImportJob } from "../../api/uploads";
import { useSession } from "../../app/session";
import { Message } from "../data/Message";
import { Drop } from "./Drop";
import { JobCard } from "./JobCard";

const ACTIVE = new Set(["uploading", "queued", "running"]);

/** Bring files, see how they will be read, import them, see what became of every row. */
export function ImportPage() {
  const { t } = useTranslation();
  const { session } = useSession();
  const queries = useQueryClient();
  const asked = useQuery<ImportJob[], Problem>({
    queryKey: ["uploads"], queryFn: uploads.all,
    refetchInterval: (query) => ((query.state.data ?? []).some((job) => ACTIVE.has(job.state)) ? 700 : 15_000),
  });
  const fresh = () => void queries.invalidateQueries({ queryKey: ["uploads"] });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  const open = asked.data.find((job) => job.state === "waiting" || job.state === "interrupted")?.id;
  return (
    <div className="bring">
      {session?.workspace.demo && <p className="banner watch" role="note"><span className="sub2">{t("bring.demo")} <code className="command">castanea init my-shop</code> <code className="command">castanea serve --workspace my-shop</code></span></p>}
      <Drop onSent={fresh} isFirst={!asked.data.length} />
      {asked.data.map((job) => <JobCard key={job.id} job={job} isOpen={job.id === open} onChanged={fresh} />)}
    </div>
  );
}
