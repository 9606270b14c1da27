import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { analyses, type Job, type Offer } from "../../api/analyses";
import type { Problem } from "../../api/problem";
import { follow, usePlace } from "../../app/location";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon, Status, type Level } from "../../components/Icon";
import { clock, dayName } from "../../format/time";
import { useCatalog } from "../boards/BoardPage";
import { Message } from "../data/Message";
import { Refused } from "../people/Refused";
import { useNames } from "../targets/names";
import { AskFor } from "./AskFor";
import { OneAnalysis } from "./OneAnalysis";
import "../targets/targets.css";
import "./analyses.css";

const GROUPS = ["describe", "diagnose", "predict", "prescribe"] as const;
export const LEVELS: Record<Job["state"], Level | "none"> = { queued: "none", asking: "info", computing: "info", done: "ok", failed: "critical", cancelled: "none", interrupted: "watch" };
export const isOver = (job: Job) => job.state === "done" || job.state === "failed" || job.state === "cancelled" || job.state === "interrupted";

/** What happened, why, what comes, what to do: asked of the shop's own numbers. */
export function AnalysesPage() {
  const { t } = useTranslation();
  const { path, query } = usePlace();
  const chosen = query.get("ask") ?? "";
  const number = path.split("/")[2] ?? "";
  const offers = useQuery<Offer[], Problem>({ queryKey: ["analysis-offers"], queryFn: analyses.offers, enabled: !number, staleTime: 60_000 });
  const offer = offers.data?.find((each) => each.command === chosen);
  return (
    <>
      <TopBar title={t("analyses.title")} />
      <main className="page" id="content">
        {number ? <OneAnalysis key={number} number={number} /> : offers.isPending || offers.isError ? <Message problem={offers.error} /> : offer ? <AskFor key={offer.command} offer={offer} /> : <><Offers offers={offers.data} /><Past /></>}
      </main>
    </>
  );
}

function Offers({ offers }: { offers: Offer[] }) {
  const { t } = useTranslation();
  return (
    <div className="an-groups">
      {GROUPS.map((group) => (
        <section key={group} className="tile page-tile an-group" aria-label={t(`analyses.group_${group}`)}>
          <h2>{t(`analyses.group_${group}`)}</h2>
          <ul>
            {offers.filter((offer) => offer.group === group).map((offer) => (
              <li key={offer.command}>
                <a href={`/analyses?ask=${offer.command}`} onClick={follow}><b>{t(`analyses.name_${offer.command}`)}</b><span className="sub2">{t(`analyses.what_${offer.command}`)}</span></a>
                {(offer.lacking?.length ?? 0) > 0 && <Status level="watch">{t("analyses.lacks")}</Status>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Past() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const names = useNames(useCatalog());
  const queries = useQueryClient();
  const asked = useQuery<Job[], Problem>({ queryKey: ["analyses"], queryFn: analyses.all, refetchInterval: (query) => ((query.state.data ?? []).every(isOver) ? 30_000 : 1_000) });
  const remove = useMutation<unknown, Problem, Job>({ mutationFn: (job) => analyses.remove(job.id), onSuccess: () => queries.invalidateQueries({ queryKey: ["analyses"] }) });
  if (!asked.data?.length) return null;
  return (
    <section className="tile page-tile an-past" aria-label={t("analyses.past")}>
      <h2>{t("analyses.past")}</h2>
      <Refused problem={remove.error} />
      <div className="scroll" tabIndex={0} role="region" aria-label={t("analyses.past")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("analyses.asked")}</th><th scope="col">{t("data.when")}</th><th scope="col">{t("data.state")}</th><th scope="col"><span className="sr">{t("analyses.remove")}</span></th></tr></thead>
          <tbody>
            {asked.data.map((job) => {
              const at = new Date(job.at);
              const name = t(`analyses.name_${job.wish.command}`);
              return (
                <tr key={job.id}>
                  <th scope="row"><a href={`/analyses/${job.id}`} onClick={follow}><b>{name}</b></a> <span className="sub">{[job.wish.fields?.metric ? names.metric(job.wish.fields.metric) : "", names.scope(job.wish.where)].filter(Boolean).join(" · ")}</span></th>
                  <td>{dayName(at, zone, language)} {clock(at, zone)}</td>
                  <td><Status level={job.verdict === "not_enough_data" ? "watch" : LEVELS[job.state]}>{job.verdict === "not_enough_data" ? t("analyses.too_little") : t(`analyses.state_${job.state}`)}</Status></td>
                  <td className="num">{isOver(job) && <button type="button" className="btn small quiet" aria-label={`${t("analyses.remove")} ${name}`} disabled={remove.isPending} onClick={() => remove.mutate(job)}><Icon name="x" size={14} /></button>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

