import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { follow } from "../../app/location";

type Brought = Awaited<ReturnType<typeof kanbanApi.bring>>;

/** A board of another program's file: Trello's JSON export, or CSV. */
export function BringBoard() {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [refused, setRefused] = useState("");
  const [found, setFound] = useState<Brought | null>(null);
  const bring = async (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    setRefused("");
    try {
      setFound(await kanbanApi.bring(await file.text(), file.name.replace(/\.\w+$/, "")));
    } catch (problem) {
      setRefused((problem as Problem).message || t("kanban.offline"));
    }
  };
  const left = Object.entries(found?.left_out ?? {});
  return (
    <section className="tile page-tile part kbring" aria-label={t("kanban.bring")}>
      <h2>{t("kanban.bring")}</h2>
      <p className="sub2">{t("kanban.bring_how", { program: "Trello" })}</p>
      <form className="kbring-form" onSubmit={(event) => void bring(event)}>
        <label className="field"><span>{t("kanban.file")}</span><input type="file" accept=".json,.csv,.tsv,.txt" onChange={(event) => { setFile(event.target.files?.[0] ?? null); setFound(null); }} data-bring-board /></label>
        {refused && <p role="alert" className="refused">{refused}</p>}
        {found && <p role="status"><a href={`/tasks/${found.board.id}`} onClick={follow}>{found.board.title}</a> · {t("kanban.cards", { count: found.cards })}{left.length > 0 && <> · {t("kanban.left_out")} {left.map(([name, count]) => `${t(`kanban.out_${name as "comments"}`)} ${count}`).join(" · ")}</>}</p>}
        <div className="actions left"><button type="submit" className="btn" disabled={!file}>{t("kanban.bring")}</button></div>
      </form>
    </section>
  );
}
