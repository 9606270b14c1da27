import { useTranslation } from "react-i18next";
import { go } from "../../app/location";
import { TopBar } from "../../app/TopBar";
import { Drop } from "./Drop";

/** The first page of an empty workspace: bring your own data, or look at the demo shop first. */
export function Start() {
  const { t } = useTranslation();
  return (
    <>
      <TopBar title={t("start.title")} />
      <main className="page start" id="content">
        <p className="lead">{t("start.lead")}</p>
        <Drop isFirst onSent={() => go("/data")} />
        <section className="tile page-tile start-demo" aria-label={t("start.demo")}>
          <b>{t("start.demo")}</b>
          <p className="sub2">{t("start.demo_why")}</p>
          <code className="command">castanea demo --workspace demo-workspace --port 8322</code>
        </section>
      </main>
    </>
  );
}
