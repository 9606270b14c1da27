import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { kanbanApi } from "../../api/kanban";
import type { Problem } from "../../api/problem";
import { follow, go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { pick } from "../../i18n";
import { KanbanBoard } from "./KanbanBoard";
import { BringBoard } from "./BringBoard";
import "./kanban.css";

/** All kanban boards, or the one of the address. */
export function KanbanPage() {
  const { path } = usePlace();
  const id = path.startsWith("/tasks/") ? decodeURIComponent(path.slice(7)) : "";
  return id ? <KanbanBoard key={id} id={id} /> : <KanbanShelf />;
}

function KanbanShelf() {
  const { t } = useTranslation();
  const { session } = useSession();
  const boards = useQuery({ queryKey: ["kanban"], queryFn: kanbanApi.boards, refetchOnMount: "always" });
  const living = (boards.data ?? []).filter((board) => !board.archived);
  const archived = (boards.data ?? []).filter((board) => board.archived);
  return (
    <>
      <TopBar title={t("kanban.title")} />
      <main className="page" id="content">
        {boards.isSuccess && living.length === 0 && <p className="sub2 page-lead">{t("kanban.none")}</p>}
        {living.length > 0 && (
          <ul className="kshelf">
            {living.map((board) => <li key={board.id}><a className="tile" href={`/tasks/${board.id}`} onClick={follow}><b>{board.title}</b><span className="sub2">{t("kanban.cards", { count: board.cards })}</span></a></li>)}
          </ul>
        )}
        {can(session, "boards:edit") && <NewKanban />}
        {can(session, "boards:edit") && <BringBoard />}
        {archived.length > 0 && <details className="karch"><summary>{t("kanban.archived_boards", { count: archived.length })}</summary><ul className="kaway">{archived.map((board) => <li key={board.id}><a href={`/tasks/${board.id}`} onClick={follow}>{board.title}</a></li>)}</ul></details>}
      </main>
    </>
  );
}

function NewKanban() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const [title, setTitle] = useState("");
  const [template, setTemplate] = useState("empty");
  const [refused, setRefused] = useState("");
  const templates = useQuery({ queryKey: ["kanban-templates"], queryFn: kanbanApi.templates, staleTime: Infinity });
  const make = (event: FormEvent) => {
    event.preventDefault();
    kanbanApi.make(title, template).then((board) => go(`/tasks/${board.id}`), (problem: Problem) => setRefused(problem.message || t("kanban.offline")));
  };
  return (
    <section className="tile page-tile part" aria-label={t("kanban.new")}>
      <h2>{t("kanban.new")}</h2>
      <form className="form narrow" onSubmit={make}>
        <label className="field"><span>{t("kanban.name")}</span><input className="input" value={title} maxLength={200} required onChange={(event) => setTitle(event.target.value)} /></label>
        <label className="field"><span>{t("kanban.template")}</span>
          <select className="input" value={template} onChange={(event) => setTemplate(event.target.value)}>
            {(templates.data ?? []).map((each) => <option key={each.name} value={each.name}>{pick(each.title, language)}</option>)}
          </select>
        </label>
        {refused && <p role="alert">{refused}</p>}
        <div className="actions left"><button type="submit" className="btn pri">{t("kanban.make")}</button></div>
      </form>
    </section>
  );
}
