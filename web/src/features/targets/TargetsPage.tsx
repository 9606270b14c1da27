import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { targetsApi, type Progress, type Target, type TargetList } from "../../api/targets";
import { follow, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useAppearance } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { useCatalog } from "../boards/BoardPage";
import { Refused } from "../people/Refused";
import { BringTargets } from "./BringTargets";
import { OneTarget } from "./OneTarget";
import { Scorecard } from "./Scorecard";
import { Standing } from "./Standing";
import { TargetDialog } from "./TargetDialog";
import { useNames } from "./names";
import "./targets.css";

/** All targets that the reader may see, with how far they have come; one of them opened by the address. */
export function TargetsPage() {
  const { t } = useTranslation();
  const { session } = useSession();
  const { screen } = useAppearance();
  const chosen = usePlace().query.get("target") ?? "";
  const [shelf, setShelf] = useState<"living" | "scores" | "archive">("living");
  const [edited, setEdited] = useState<Target | "new" | null>(null);
  const [bringing, setBringing] = useState(false);
  const asked = useQuery<TargetList, Problem>({ queryKey: ["targets", shelf === "archive"], queryFn: () => targetsApi.all(shelf === "archive"), refetchInterval: 15_000, refetchOnMount: "always" });
  const mayEdit = can(session, "targets:edit");
  const all = asked.data?.targets ?? [];
  return (
    <>
      <TopBar title={t("targets.title")} actions={mayEdit && (
        <>
          <button type="button" className="btn" aria-label={t("targets.bring")} onClick={() => setBringing(true)} data-bring><Icon name="upload" size={14} />{screen !== "phone" && t("targets.bring")}</button>
          <button type="button" className="btn pri" aria-label={t("targets.new")} onClick={() => setEdited("new")} data-new-target><Icon name="plus" size={14} />{screen !== "phone" && t("targets.new")}</button>
        </>
      )} />
      <main className="page" id="content">
        {chosen && <OneTarget key={chosen} id={chosen} onEdit={mayEdit ? setEdited : null} />}
        <div className="tg-head"><Segmented label={t("targets.shelf")} value={shelf} onChange={setShelf} options={[["living", t("targets.living")], ["scores", t("targets.scores")], ["archive", t("targets.archive")]]} /></div>
        <Refused problem={asked.error} />
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}
        {asked.isSuccess && all.length === 0 && (
          <section className="tile page-tile tg-empty">
            <p>{shelf === "archive" ? t("targets.archive_empty") : t("targets.none")}</p>
            {mayEdit && shelf !== "archive" && <div className="actions left"><button type="button" className="btn" onClick={() => setEdited("new")}>{t("targets.new")}</button></div>}
          </section>
        )}
        {shelf === "scores" ? <Scorecard all={all} teams={asked.data?.teams ?? {}} /> : <ul className="tg-list">{all.map((each) => <TargetCard key={each.target.id} progress={each} team={asked.data?.teams[each.target.team ?? ""] ?? ""} on={each.target.id === chosen} />)}</ul>}
      </main>
      {edited && <TargetDialog target={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
      {bringing && <BringTargets onClose={() => setBringing(false)} />}
    </>
  );
}

function TargetCard({ progress, team, on }: { progress: Progress; team: string; on: boolean }) {
  const names = useNames(useCatalog());
  const { target } = progress;
  return (
    <li>
      <a className={on ? "tile tg-card on" : "tile tg-card"} href={`/targets?target=${encodeURIComponent(target.id)}`} onClick={follow} data-target={target.id} data-verdict={progress.verdict}>
        <b>{target.name}</b>
        <span className="sub">{[names.metric(target.metric), names.scope(target.where), names.period(target), team].filter(Boolean).join(" · ")}</span>
        <Standing progress={progress} />
      </a>
    </li>
  );
}
