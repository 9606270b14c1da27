import { useTranslation } from "react-i18next";
import { follow, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { TopBar } from "../../app/TopBar";
import { Invitations } from "./Invitations";
import { PeopleList } from "./PeopleList";
import { Teams } from "./Teams";
import { WallLinks } from "./WallLinks";

const PARTS = [["", "people:read"], ["teams", "people:read"], ["invitations", "people:manage"], ["walls", "walls:manage"]] as const;

/** Who works here, who may see what, and which links let somebody in. */
export function PeoplePage() {
  const { t } = useTranslation();
  const { path } = usePlace();
  const { session } = useSession();
  const parts = PARTS.filter(([, permission]) => can(session, permission));
  const part = parts.find(([name]) => name === (path.split("/")[2] ?? ""))?.[0] ?? "";
  return (
    <>
      <TopBar title={t("people.title")} />
      <main className="page" id="content">
        <nav className="parts" aria-label={t("people.title")}>
          {parts.map(([name]) => <a key={name} className={name === part ? "pill on" : "pill"} href={name ? `/people/${name}` : "/people"} onClick={follow} aria-current={name === part ? "page" : undefined}>{t(`people.part_${name || "people"}`)}</a>)}
        </nav>
        {part === "teams" ? <Teams /> : part === "invitations" ? <Invitations /> : part === "walls" ? <section className="tile page-tile" aria-label={t("people.part_walls")}><p className="sub2 page-lead">{t("walls.lead")}</p><WallLinks /></section> : <PeopleList />}
      </main>
    </>
  );
}
