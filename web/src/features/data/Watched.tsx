import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { watching, type NewWatch, type WatchedFile, type WatchedFolder, type WatchedFolders } from "../../api/watching";
import { follow } from "../../app/location";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { announce } from "../../components/announce";
import { Icon, Status, type Level } from "../../components/Icon";
import { clock, dayName } from "../../format/time";
import { size } from "../importing/amounts";
import { fileName } from "./fields";
import { Message } from "./Message";

const LEVELS: Record<WatchedFile["state"], Level | "none"> = { taken: "info", waits: "watch", imported: "ok", failed: "critical", known: "none", removed: "none" };

/** Folders whose new files are imported by themselves, and what became of each file. */
export function Watched() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery<WatchedFolders, Problem>({ queryKey: ["watched"], queryFn: watching.all, refetchInterval: 3000 });
  const fresh = () => queries.invalidateQueries({ queryKey: ["watched"] });
  const stop = useMutation<unknown, Problem, WatchedFolder>({
    mutationFn: (folder) => watching.remove(folder.id),
    onSuccess: (_none, folder) => { announce(t("watched.stopped", { folder: fileName(folder.path) })); void fresh(); },
  });
  if (asked.isPending || asked.isError) return <Message problem={asked.error} />;
  const { folders, files, inbox } = asked.data;
  return (
    <div className="bring">
      <section className="tile page-tile" aria-label={t("data.part_watched")}>
        <p className="sub2 page-lead">{t("watched.lead")}</p>
        <AddFolder onAdded={fresh} />
        <p className="sub">{t("watched.inbox")} <code className="command">{inbox}</code></p>
        {stop.error && <p className="refused" role="alert">{stop.error.message || t("state.error")}</p>}
        {folders.length > 0 && <Folders folders={folders} isStopping={stop.isPending} onStop={stop.mutate} />}
      </section>
      {folders.length > 0 && <Files files={files} folders={folders} />}
    </div>
  );
}

function AddFolder({ onAdded }: { onAdded: () => void }) {
  const { t } = useTranslation();
  const [wish, setWish] = useState<NewWatch>({ name: "", after: "leave", shop: "" });
  const add = useMutation<WatchedFolder, Problem>({
    mutationFn: () => watching.add(wish),
    onSuccess: (made) => { setWish({ name: "", after: wish.after, shop: "" }); announce(t("watched.added", { folder: fileName(made.path) })); onAdded(); },
  });
  return (
    <>
      <form className="inline-form" onSubmit={(event) => { event.preventDefault(); add.mutate(); }}>
        <label className="field"><span className="lbl">{t("watched.name")}</span><input className="input small" value={wish.name} maxLength={60} placeholder={t("watched.name_example")} onChange={(event) => setWish({ ...wish, name: event.target.value })} /></label>
        <label className="field"><span className="lbl">{t("watched.after")}</span><select className="input small" value={wish.after} onChange={(event) => setWish({ ...wish, after: event.target.value as NewWatch["after"] })}><option value="leave">{t("watched.after_leave")}</option><option value="move">{t("watched.after_move")}</option></select></label>
        <label className="field"><span className="lbl">{t("watched.shop")}</span><input className="input small" value={wish.shop} maxLength={64} placeholder={t("watched.shop_example")} onChange={(event) => setWish({ ...wish, shop: event.target.value })} /></label>
        <button type="submit" className="btn pri" disabled={add.isPending}><Icon name="plus" size={14} />{t("watched.add")}</button>
      </form>
      {add.error && <p className="refused" role="alert">{add.error.message || t("state.error")}</p>}
    </>
  );
}

function Folders({ folders, isStopping, onStop }: { folders: WatchedFolder[]; isStopping: boolean; onStop: (folder: WatchedFolder) => void }) {
  const { t } = useTranslation();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t("watched.folders")}>
      <table className="tbl">
        <thead><tr><th scope="col">{t("watched.folder")}</th><th scope="col">{t("watched.after")}</th><th scope="col">{t("watched.shop")}</th><th scope="col">{t("data.state")}</th><th scope="col"><span className="sr">{t("watched.stop")}</span></th></tr></thead>
        <tbody>
          {folders.map((folder) => (
            <tr key={folder.id}>
              <th scope="row"><span className="strong">{fileName(folder.path)}</span> <span className="sub">{folder.path}</span></th>
              <td>{t(`watched.after_${folder.after}`)}</td>
              <td>{folder.shop || t("watched.shop_of_file")}</td>
              <td>{folder.problem ? <span title={folder.problem}><Status level="critical">{t("watched.unreadable")}</Status></span> : <Status level="ok">{t("watched.watching")}</Status>}</td>
              <td className="num"><button type="button" className="btn small" disabled={isStopping} aria-label={t("watched.stop_of", { folder: fileName(folder.path) })} onClick={() => onStop(folder)}>{t("watched.stop")}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Files({ files, folders }: { files: WatchedFile[]; folders: WatchedFolder[] }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const places = new Map(folders.map((folder) => [folder.id, fileName(folder.path)]));
  if (!files.length) return <section className="tile page-tile"><div className="mid"><b>{t("watched.none")}</b><span>{t("watched.none_how")}</span></div></section>;
  return (
    <section className="tile page-tile" aria-label={t("watched.files")}>
      <div className="scroll" tabIndex={0} role="region" aria-label={t("watched.files")}>
        <table className="tbl">
          <thead><tr><th scope="col">{t("watched.file")}</th><th scope="col">{t("watched.folder")}</th><th scope="col">{t("data.when")}</th><th scope="col">{t("data.state")}</th><th scope="col"><span className="sr">{t("watched.next")}</span></th></tr></thead>
          <tbody>
            {files.map((file) => {
              const at = new Date(file.at);
              const next = t(file.state === "waits" ? "watched.confirm" : "watched.look");
              const isOpen = file.state === "waits" || file.state === "failed" || file.state === "taken";
              return (
                <tr key={file.id}>
                  <th scope="row"><span className="strong">{file.name}</span> <span className="sub">{size(file.bytes)}</span></th>
                  <td>{places.get(file.folder) ?? t("watched.folder_gone")}</td>
                  <td>{dayName(at, zone, language)} {clock(at, zone)}</td>
                  <td><Status level={LEVELS[file.state]}>{t(`watched.state_${file.state}`)}</Status></td>
                  <td className="num">{isOpen && <a className="btn small" href="/data" onClick={follow} aria-label={`${next} ${file.name}`}>{next}</a>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
