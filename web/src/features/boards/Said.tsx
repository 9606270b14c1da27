import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import Markdown from "react-markdown";
import type { Remark } from "../../api/remarks";
import { useSettings } from "../../app/settings";
import { Icon } from "../../components/Icon";
import "./talk.css";

/** One comment: who, when, of which days, its words, and the figures of then for who may see them. `onDrop`: null where the reader may not remove it. */
export function Said({ remark, name, onDrop, children }: { remark: Remark; name: string; onDrop: (() => void) | null; children?: ReactNode }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const when = new Date(remark.at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const rows = remark.snapshot ? remark.snapshot.split("\n").map((line) => line.split("\t")) : [];
  return (
    <li>
      <div className="talk-who"><b>{name}</b> <span className="sub2">{when}{remark.since && ` · ${t("talk.about", { days: remark.since === remark.until ? remark.since : `${remark.since} – ${remark.until}` })}`}</span>{onDrop && <button type="button" className="icb" aria-label={t("talk.drop")} title={t("talk.drop")} onClick={onDrop}><Icon name="x" size={14} /></button>}</div>
      <div className="kmd"><Markdown disallowedElements={["img"]}>{remark.text}</Markdown></div>
      {children}
      {remark.withheld && <p className="sub2">{t("talk.withheld")}</p>}
      {rows.length > 1 && (
        <details><summary>{t("talk.figures")}</summary><div className="scroll"><table className="tbl"><thead><tr>{rows[0]?.map((cell, at) => <th key={at}>{cell}</th>)}</tr></thead><tbody>{rows.slice(1).map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{cell}</td>)}</tr>)}</tbody></table></div></details>
      )}
    </li>
  );
}
