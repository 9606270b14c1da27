import { useTranslation } from "react-i18next";

const STEPS = ["export", "look", "import", "see"] as const;
const COMMANDS: Partial<Record<(typeof STEPS)[number], string>> = { look: "castanea import --dry-run orders.xlsx", import: "castanea import orders.xlsx stock.csv", see: "castanea quarantine list" };

/** From a platform's export to a filled board, in four steps; what is read is found by itself. */
export function HowTo() {
  const { t } = useTranslation();
  return (
    <section className="tile page-tile" aria-label={t("data.part_how")}>
      <p className="sub2 page-lead">{t("how.lead")}</p>
      <ol className="steps">
        {STEPS.map((step) => <li key={step}><b>{t(`how.${step}`)}</b><span className="sub2">{t(`how.${step}_why`)}</span>{COMMANDS[step] && <code className="command">{COMMANDS[step]}</code>}</li>)}
      </ol>
      <p className="sub2">{t("how.formats")} <code className="command">castanea formats list</code></p>
    </section>
  );
}
