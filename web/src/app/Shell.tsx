import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../api/contracts";
import { Icon, Logo } from "../components/Icon";
import { useBoards } from "../features/boards/BoardPage";
import { pick } from "../i18n";
import { follow, usePlace } from "./location";
import { ON_PHONE, useRooms } from "./rooms";
import { useSession } from "./session";
import { change, useSettings } from "./settings";

/** The frame of every page but the wall: sidebar, or the bottom bar of a phone. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { language, thinSidebar } = useSettings();
  const { path } = usePlace();
  const { session } = useSession();
  const boards = (useBoards().data ?? []) as unknown as BoardSpec[];
  const rooms = useRooms();
  const current = path.startsWith("/boards/") ? decodeURIComponent(path.slice(8)) : path === "/" ? boards[0]?.id : undefined;
  const name = session?.me.name ?? "";
  return (
    <div className={thinSidebar ? "app thin" : "app"}>
      <a className="skip" href="#content">{t("nav.skip")}</a>
      <nav className="side" aria-label={t("nav.title")}>
        <a className="brand" href="/" onClick={follow}><Logo /><span>Castanea<small>{session?.workspace.name}</small></span></a>
        {rooms.map((room) => (
          <a key={room.to} className={room.on ? "nav on" : "nav"} href={room.to} onClick={follow} aria-current={room.on ? "page" : undefined} title={thinSidebar ? room.text : undefined} aria-label={room.text}>
            <Icon name={room.icon} /><span className="word">{room.text}</span>
          </a>
        ))}
        {boards.length > 0 && <h2>{t("nav.pinned")}</h2>}
        {boards.filter((board) => !board.subject).map((board) => (
          <a key={board.id} className={board.id === current ? "pin on" : "pin"} href={`/boards/${encodeURIComponent(board.id)}`} onClick={follow} aria-current={board.id === current ? "page" : undefined} title={pick(board.title, language)} aria-label={pick(board.title, language)}>
            <i /><span className="el">{pick(board.title, language)}</span>
          </a>
        ))}
        <span className="sp" />
        <button type="button" className="nav collapse" onClick={() => change({ thinSidebar: !thinSidebar })} aria-label={thinSidebar ? t("nav.widen") : t("nav.narrow")} title={thinSidebar ? t("nav.widen") : undefined}><Icon name="side" /><span className="word">{t("nav.narrow")}</span></button>
        <a className="me" href="/account" onClick={follow} aria-current={path === "/account" ? "page" : undefined} title={t("account.of", { name })}><span className="ava" aria-hidden="true">{(name[0] ?? "").toUpperCase()}</span><span className="el">{name}<small>{t(`role.${(session?.me.role ?? "owner") as "owner"}`)}</small></span></a>
      </nav>
      <div className="main">{children}</div>
      <nav className="tabs" aria-label={t("nav.title")}>
        {boards.slice(0, 1).map((board) => <a key={board.id} className={board.id === current ? "on" : ""} href={`/boards/${encodeURIComponent(board.id)}`} onClick={follow} aria-current={board.id === current ? "page" : undefined}><Icon name="clock" size={20} />{pick(board.title, language)}</a>)}
        {rooms.slice(0, ON_PHONE).map((room) => <a key={room.to} className={room.on || (room.to === "/boards" && current !== undefined && current !== boards[0]?.id) ? "on" : ""} href={room.to} onClick={follow} aria-current={room.on ? "page" : undefined}><Icon name={room.icon} size={20} />{room.text}</a>)}
      </nav>
    </div>
  );
}
