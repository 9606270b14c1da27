import { useTranslation } from "react-i18next";
import type { FileLook } from "../../api/uploads";
import { useSettings } from "../../app/settings";
import { UNKNOWN } from "../../format/number";
import { pick } from "../../i18n";

/** The first rows as they will be read; times in the file's zone. */
export function Preview({ look }: { look: FileLook }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const names = look.preview_columns ?? [];
  const labels = new Map((look.choices ?? []).map((choice) => [choice.name, choice]));
  if (!names.length) return null;
  return (
    <figure className="bring-preview">
      <figcaption className="sub2">{t("bring.first_rows", { zone: look.zone, currency: look.currency })}</figcaption>
      <div className="scroll" tabIndex={0} role="region" aria-label={t("bring.preview")}>
        <table className="tbl">
          <thead><tr>{names.map((name) => <th key={name} scope="col" className={labels.get(name)?.type === "number" ? "num" : undefined}>{pick(labels.get(name)?.labels ?? {}, language) || name}</th>)}</tr></thead>
          <tbody>{(look.preview ?? []).map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={names[at]} className={labels.get(names[at] ?? "")?.type === "number" ? "num" : undefined}>{cell || UNKNOWN}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </figure>
  );
}
