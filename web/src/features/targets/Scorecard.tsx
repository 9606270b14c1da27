import { useTranslation } from "react-i18next";
import type { Progress } from "../../api/targets";
import { follow } from "../../app/location";
import { useAppearance } from "../../app/settings";
import { say, sayShare, toNumber } from "../../format/number";
import { useCatalog } from "../boards/BoardPage";
import { unitFor, useNames } from "./names";
import { scorecard } from "./scorecard";
import { Verdict } from "./Standing";

/** Per quarter and team: each target with what has come, its share and its pace. */
export function Scorecard({ all, teams }: { all: readonly Progress[]; teams: Record<string, string> }) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const names = useNames(useCatalog());
  return (
    <>
      {scorecard(all).map((score) => (
        <section key={`${score.quarter} ${score.team}`} className="tile page-tile tg-score" aria-label={`${score.quarter} ${teams[score.team] ?? t("targets.no_team")}`}>
          <h2>{score.quarter} · {teams[score.team] ?? t("targets.no_team")} <span className="sub2">{t("targets.on_pace_of", { ok: score.counts.ok, count: score.targets.length })}</span></h2>
          <div className="scroll"><table className="tbl">
            <thead><tr><th>{t("targets.field_name")}</th><th>{t("targets.field_metric")}</th><th>{t("targets.field_period")}</th><th className="n">{t("targets.field_value")}</th><th className="n">{t("targets.came")}</th><th className="n">{t("targets.done")}</th><th>{t("targets.standing")}</th></tr></thead>
            <tbody>{score.targets.map((progress) => {
              const unit = unitFor(progress);
              return (
                <tr key={progress.target.id}>
                  <th scope="row"><a href={`/targets?target=${encodeURIComponent(progress.target.id)}`} onClick={follow}>{progress.target.name}</a></th>
                  <td>{[names.metric(progress.target.metric), names.scope(progress.target.where)].filter(Boolean).join(" · ")}</td><td>{names.period(progress.target)}</td>
                  <td className="n">{say(toNumber(progress.target.value), unit, locale)}</td><td className="n">{say(toNumber(progress.actual), unit, locale)}</td><td className="n">{progress.share === null ? "—" : sayShare(toNumber(progress.share))}</td>
                  <td><Verdict verdict={progress.verdict ?? "none"} pace={toNumber(progress.pace)} over={progress.standing === "over"} less={progress.direction === "down"} /></td>
                </tr>
              );
            })}</tbody>
          </table></div>
        </section>
      ))}
    </>
  );
}
