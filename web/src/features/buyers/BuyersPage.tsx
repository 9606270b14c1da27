import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { buyerGroups, type BuyerGroups } from "../../api/buyers";
import type { Problem } from "../../api/problem";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { say, sayShare, toNumber, unitOf } from "../../format/number";
import { pick } from "../../i18n";
import { retentionRows } from "./retention";

const KINDS = ["segments", "cohorts"] as const;
const COHORTS = 13;
const AGES = 12;

/** Buyers in groups of ten and more: by how they buy, and by when they came. */
export function BuyersPage() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("segments");
  const asked = useQuery<BuyerGroups, Problem>({ queryKey: ["buyers", kind], queryFn: () => buyerGroups({ kind }), retry: false });
  useEffect(() => { document.title = `${t("buyers.title")} · Castanea`; }, [t]);
  const found = asked.data;
  const isEmpty = found && !found.segments?.length && !found.cohorts?.length;
  return (
    <>
      <TopBar title={t("buyers.title")} />
      <main className="page" id="content">
        <div className="bar-line" role="group" aria-label={t("buyers.kind")}>
          {KINDS.map((each) => <button key={each} type="button" className={each === kind ? "pill on" : "pill"} aria-pressed={each === kind} onClick={() => setKind(each)}>{t(`buyers.${each}`)}</button>)}
        </div>
        <p className="sub2">{t(`buyers.about_${kind}`)}</p>
        {asked.error && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{asked.error.message || t("link.gone_first")}</span></p>}
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "80%", height: 16 }} /></div>}
        {isEmpty && <p className="sub2">{t("buyers.under_ten")}</p>}
        {found && !isEmpty && (kind === "segments" ? <Segments found={found} /> : <Cohorts found={found} />)}
      </main>
    </>
  );
}

function Segments({ found }: { found: BuyerGroups }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const money = unitOf({ unit: "money", currency: found.currency });
  const count = (value: number) => value.toLocaleString("en-US");
  return (
    <section className="tile page-tile" aria-labelledby="buyers-head">
      <div className="th"><h2 id="buyers-head">{t("buyers.segments")}</h2><span className="u">{t("buyers.count", { count: found.buyers, shown: count(found.buyers) })}</span></div>
      <div className="scroll" tabIndex={0} role="region" aria-label={t("buyers.segments")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("buyers.segment")}</th>{(["buyers", "paid", "share", "orders", "recency"] as const).map((each) => <th key={each} scope="col" className="num">{t(`buyers.col_${each}`)}</th>)}</tr></thead>
          <tbody>{found.segments?.map((each) => (
            <tr key={each.segment}>
              <th scope="row">{pick(each.labels as Record<string, string>, language)}</th>
              <td className="num">{count(each.buyers)}</td>
              <td className="num">{say(toNumber(each.paid), money, language)}</td>
              <td className="num">{sayShare(each.share)}</td>
              <td className="num">{count(each.orders)}</td>
              <td className="num">{count(each.recency_days)}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p className="sub">{t("buyers.least")}</p>
    </section>
  );
}

function Cohorts({ found }: { found: BuyerGroups }) {
  const { t } = useTranslation();
  const rows = retentionRows(found.cohorts ?? [], COHORTS, AGES);
  return (
    <section className="tile page-tile" aria-labelledby="buyers-head">
      <div className="th"><h2 id="buyers-head">{t("buyers.cohorts")}</h2></div>
      <div className="scroll" tabIndex={0} role="region" aria-label={t("buyers.cohorts")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("buyers.first")}</th><th scope="col" className="num">{t("buyers.col_buyers")}</th>{Array.from({ length: AGES }, (_, age) => <th key={age} scope="col" className="num">{`+${age + 1}`}</th>)}</tr></thead>
          <tbody>{rows.map((row) => (
            <tr key={row.cohort}>
              <th scope="row">{row.cohort}</th>
              <td className="num">{row.size.toLocaleString("en-US")}</td>
              {row.cells.map((cell, age) => <td key={age} className="num">{!cell ? "" : cell.retention === null ? "<10" : `${sayShare(cell.retention)}${cell.complete ? "" : "…"}`}</td>)}
            </tr>
          ))}</tbody>
        </table>
      </div>
      <p className="sub">{t("buyers.legend")} {t("buyers.least")}</p>
    </section>
  );
}
