import { useTranslation } from "react-i18next";
import { follow, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { TopBar } from "../../app/TopBar";
import { ImportPage } from "../importing/ImportPage";
import { Grids } from "../grids/Grids";
import { HowTo } from "./HowTo";
import { Imports } from "./Imports";
import { LoadState } from "./LoadState";
import { Mend } from "./Mend";
import { Quarantine } from "./Quarantine";
import { Watched } from "./Watched";
import { WriteKeys } from "./WriteKeys";

/** What came in, what could not be used, who may send, how far loading is. */
export function DataPage() {
  const { t } = useTranslation();
  const { path } = usePlace();
  const { session } = useSession();
  const parts = ([["", "data:write"], ["imports", "imports:read"], ["watched", "data:write"], ["grids", "imports:read"], ["how", "imports:read"], ["quarantine", "quarantine:read"], ["keys", "keys:manage"]] as const).filter(([, permission]) => can(session, permission));
  const part = path.split("/")[2] ?? "";
  return (
    <>
      <TopBar title={t("data.title")} note={<LoadState />} />
      <main className="page" id="content">
        <nav className="parts" aria-label={t("data.title")}>
          {parts.map(([name]) => <a key={name} className={name === part ? "pill on" : "pill"} href={name ? `/data/${name}` : "/data"} onClick={follow} aria-current={name === part ? "page" : undefined}>{t(`data.part_${name || "import"}`)}</a>)}
        </nav>
        {part === "grids" ? <Grids /> : part === "how" ? <HowTo /> : part === "quarantine" ? <div className="grid-parts">{can(session, "quarantine:mend") && <Mend />}<Quarantine /></div> : part === "keys" ? <WriteKeys /> : part === "watched" && can(session, "data:write") ? <Watched /> : part === "imports" || !can(session, "data:write") ? <Imports /> : <ImportPage />}
      </main>
    </>
  );
}
