import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Problem } from "../../api/problem";
import { useSettings } from "../../app/settings";
import { Status } from "../../components/Icon";
import { digits, UNKNOWN } from "../../format/number";
import { pick } from "../../i18n";
import { count, fileName, text, type Loose } from "./fields";
import { Message } from "./Message";

function rowsOf(answer: unknown): Loose[] {
  if (Array.isArray(answer)) return answer as Loose[];
  const told = (answer ?? {}) as Loose;
  return (Array.isArray(told.rows) ? told.rows : Array.isArray(told.items) ? told.items : Array.isArray(told.quarantine) ? told.quarantine : []) as Loose[];
}

const waits = (row: Loose) => text(row, "state") !== "replayed";

/** Rows that could not be used: where they stand and why. Nothing of a person is shown here. */
export function Quarantine() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const asked = useQuery<unknown, Problem>({ queryKey: ["quarantine"], queryFn: api.quarantine, refetchInterval: 10_000 });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  const rows = rowsOf(asked.data).filter(waits);
  const total = count((asked.data ?? {}) as Loose, "total") ?? rows.length;
  if (!rows.length) return <section className="tile page-tile"><div className="mid"><Status level="ok">{t("data.fine")}</Status><span>{t("data.no_quarantine")}</span></div></section>;
  return (
    <section className="tile page-tile" aria-label={t("data.part_quarantine")}>
      <p className="sub2 page-lead">{t("data.quarantine_lead", { count: total, shown: digits(total, 0) })} <code className="command">castanea quarantine export</code></p>
      <div className="scroll" tabIndex={0} role="region" aria-label={t("data.part_quarantine")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("data.reason")}</th><th scope="col">{t("data.column")}</th><th scope="col">{t("data.source")}</th><th scope="col" className="num">{t("data.row")}</th><th scope="col">{t("data.rule")}</th></tr></thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={text(row, "id", "_key") || index}>
                <th scope="row">{pick((row.message ?? row.detail) as Record<string, string> | string, language) || t(`reason.${text(row, "reason", "code")}`, { defaultValue: text(row, "reason", "code") || UNKNOWN })}</th>
                <td>{text(row, "column", "field") || UNKNOWN}</td>
                <td>{fileName(text(row, "file", "source", "table")) || UNKNOWN}</td>
                <td className="num">{text(row, "row", "_row", "line") || UNKNOWN}</td>
                <td>{text(row, "rule") || UNKNOWN}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
