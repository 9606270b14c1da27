import { Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ownBoards, type ShelfBoard } from "../../api/boards";
import type { BoardSpec } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { follow, go } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { pick } from "../../i18n";
import { Message } from "../data/Message";
import { FolderOf } from "./FolderOf";
import { Versions } from "./Versions";

/** All boards: at hand first, then by folder; made, copied, put away and brought in from YAML. */
export function Shelf() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { session } = useSession();
  const queries = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [archive, setArchive] = useState(false);
  const [versionsOf, setVersionsOf] = useState<ShelfBoard | null>(null);
  const [moved, setMoved] = useState<ShelfBoard | null>(null);
  const asked = useQuery<ShelfBoard[], Problem>({ queryKey: ["shelf"], queryFn: ownBoards.shelf });
  const mayEdit = can(session, "boards:edit");
  const fresh = () => void Promise.all([queries.invalidateQueries({ queryKey: ["shelf"] }), queries.invalidateQueries({ queryKey: ["boards"] })]);
  const act = useMutation<unknown, Problem, () => Promise<unknown>>({ mutationFn: (what) => what(), onSettled: fresh });
  const create = () => act.mutate(() => {
    const title = { "zh-CN": "新看板", en: "New board" };
    const board: BoardSpec = { id: "board", title, tiles: [], time: { relative: "last 30d", since: null, until: null }, compare: "previous", filters: ["channel", "shop"] };
    return ownBoards.create(board).then((made) => go(`/boards/${made.id}?edit=1`));
  });
  const copy = (board: ShelfBoard) => act.mutate(() => ownBoards.get(board.id).then((spec) => ownBoards.create({ ...spec, title: { "zh-CN": `${spec.title["zh-CN"]} 副本`, en: `${spec.title.en} copy` } }, board.folder)).then((made) => go(`/boards/${made.id}?edit=1`)));
  const groups = useMemo(() => {
    const wanted = typed.trim().toLowerCase();
    const shown = (asked.data ?? []).filter((board) => (board.archived ?? false) === archive && (!wanted || Object.values(board.title).some((title) => title.toLowerCase().includes(wanted))));
    const named = new Map<string, ShelfBoard[]>();
    for (const board of shown) {
      const group = board.favourite ? "\u0000" : board.folder || (board.own && !board.ready ? "\u0001" : "\u0002");
      named.set(group, [...(named.get(group) ?? []), board]);
    }
    return [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  }, [asked.data, typed, archive]);
  if (asked.isPending || asked.isError) return <><TopBar title={t("nav.boards")} /><main className="page" id="content"><Message problem={asked.error} /></main></>;
  const groupName = (group: string) => (group === "\u0000" ? t("shelf.favourites") : group === "\u0001" ? t("shelf.own") : group === "\u0002" ? t("shelf.ready") : group);
  return (
    <>
      <TopBar title={t("nav.boards")} actions={mayEdit && <button type="button" className="btn pri" onClick={create} disabled={act.isPending} data-new><Icon name="plus" size={14} />{t("shelf.new")}</button>} />
      <main className="page" id="content">
        <div className="edit-line">
          <input className="input small find" type="search" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("shelf.find")} aria-label={t("shelf.find")} />
          <button type="button" className={archive ? "pill on" : "pill"} aria-pressed={archive} onClick={() => setArchive(!archive)}>{t("shelf.archive")}</button>
          {mayEdit && <button type="button" className="btn quiet" onClick={() => file.current?.click()}>{t("shelf.import")}</button>}
          <input ref={file} type="file" accept=".yaml,.yml" hidden aria-label={t("shelf.import")} onChange={(event) => { const chosen = event.currentTarget.files?.[0]; event.currentTarget.value = ""; if (chosen) act.mutate(() => chosen.text().then(ownBoards.importYaml)); }} />
        </div>
        {act.error && <p className="banner critical" role="alert"><span className="sub2">{act.error.message || t("link.gone_first")}</span></p>}
        {groups.length === 0 && <section className="tile page-tile"><div className="mid"><b>{archive ? t("shelf.no_archive") : t("shelf.none")}</b></div></section>}
        {groups.map(([group, boards]) => (
          <section key={group} className="shelf" aria-label={groupName(group)}>
            <h2>{groupName(group)}</h2>
            <ul className="board-cards">
              {boards.map((board) => (
                <li key={board.id} className="tile">
                  <div className="shelf-head">
                    <h3><a href={`/boards/${encodeURIComponent(board.id)}`} onClick={follow}>{pick(board.title, language)}</a></h3>
                    <button type="button" className={board.favourite ? "icb star on" : "icb star"} aria-pressed={board.favourite} aria-label={t("shelf.favourite", { title: pick(board.title, language) })} title={t("shelf.favourite", { title: pick(board.title, language) })} onClick={() => act.mutate(() => ownBoards.favourite(board.id, !board.favourite))}><Icon name="star" size={14} /></button>
                    {mayEdit && (
                      <Menu position="bottom-end" shadow="none" transitionProps={{ duration: 0 }}>
                        <Menu.Target><button type="button" className="icb" aria-label={t("tile.menu", { title: pick(board.title, language) })}><Icon name="more" size={14} /></button></Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item onClick={() => go(`/boards/${encodeURIComponent(board.id)}?edit=1`)}>{t("shelf.edit")}</Menu.Item>
                          <Menu.Item onClick={() => copy(board)}>{t("shelf.copy")}</Menu.Item>
                          <Menu.Item onClick={() => setMoved(board)}>{t("shelf.move")}</Menu.Item>
                          {board.own && <Menu.Item onClick={() => setVersionsOf(board)}>{t("shelf.versions")}</Menu.Item>}
                          <Menu.Item component="a" href={`/api/v1/boards/${encodeURIComponent(board.id)}/yaml`}>{t("shelf.export")}</Menu.Item>
                          <Menu.Item onClick={() => act.mutate(() => ownBoards.place(board.id, { archived: !board.archived }))}>{board.archived ? t("shelf.unarchive") : t("shelf.to_archive")}</Menu.Item>
                          {board.own && board.ready && <Menu.Item color="red" onClick={() => act.mutate(() => ownBoards.remove(board.id))}>{t("shelf.reset")}</Menu.Item>}
                          {board.own && !board.ready && board.archived && <Menu.Item color="red" onClick={() => act.mutate(() => ownBoards.remove(board.id))}>{t("shelf.remove")}</Menu.Item>}
                        </Menu.Dropdown>
                      </Menu>
                    )}
                  </div>
                  {(board.questions ?? []).map((question, index) => <p key={index} className="sub2">{pick(question, language)}</p>)}
                  <p className="sub">{[t("shelf.tiles", { count: board.tiles }), board.own && board.by ? t("shelf.by", { name: board.by }) : ""].filter(Boolean).join(" · ")}</p>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </main>
      {moved && <FolderOf board={moved} folders={[...new Set(asked.data.map((board) => board.folder).filter((name): name is string => !!name))].sort()} onClose={() => setMoved(null)} onPlaced={(folder) => { act.mutate(() => ownBoards.place(moved.id, { folder })); setMoved(null); }} />}
      {versionsOf && <Versions board={versionsOf} onClose={() => setVersionsOf(null)} onRestored={fresh} />}
    </>
  );
}
