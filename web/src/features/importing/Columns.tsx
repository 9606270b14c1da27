import { useTranslation } from "react-i18next";
import type { FileLook, ImportWish } from "../../api/uploads";
import { useSettings } from "../../app/settings";
import { Status } from "../../components/Icon";
import { sayShare } from "../../format/number";
import { pick } from "../../i18n";

const SURE = 0.8;

/** The file's columns: what stands in them, what they are taken for, how sure that is. */
export function Columns({ look, wish, onWish }: { look: FileLook; wish: ImportWish; onWish: (part: ImportWish) => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const choices = look.choices ?? [];
  /** What a column is taken for, as chosen here already or as the look says: the answer to a choice takes a moment. */
  const takenFor = (header: string, said: string) => {
    const wished = wish.columns ?? {};
    const chosen = Object.keys(wished).find((name) => wished[name] === header);
    return chosen ?? (said in wished ? "" : said);
  };
  const take = (header: string, before: string, name: string) => {
    const columns = { ...(wish.columns ?? {}) };
    if (before && columns[before] === header) delete columns[before];
    else if (before) columns[before] = "";
    if (name) columns[name] = header;
    onWish({ columns });
  };
  return (
    <div className="scroll bring-columns" tabIndex={0} role="region" aria-label={t("bring.columns")}>
      <table className="tbl">
        <thead><tr><th scope="col">{t("bring.column")}</th><th scope="col">{t("bring.sample")}</th><th scope="col">{t("bring.taken_for")}</th><th scope="col">{t("bring.certainty")}</th></tr></thead>
        <tbody>
          {(look.columns ?? []).map((column) => ({ ...column, taken_for: takenFor(column.header, column.taken_for) })).map((column) => (
            <tr key={column.header} className={column.taken_for ? undefined : "rest"}>
              <th scope="row">{column.header}</th>
              <td><span className="el sample">{column.sample.join(" · ")}</span></td>
              <td>
                <select className="input small" value={column.taken_for} aria-label={t("bring.take", { column: column.header })} onChange={(event) => take(column.header, column.taken_for, event.target.value)}>
                  <option value="">{t("bring.unused")}</option>
                  {choices.map((choice) => <option key={choice.name} value={choice.name}>{pick(choice.labels, language)}{choice.needed ? " *" : ""}</option>)}
                </select>
              </td>
              <td>{!column.taken_for ? <span className="sub">{t("bring.sealed")}</span> : column.personal ? <Status level="info">{t("bring.personal")}</Status> : <Status level={column.confidence >= SURE ? "ok" : "watch"}>{sayShare(column.confidence)}</Status>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
