import { useTranslation } from "react-i18next";
import { follow } from "../../app/location";
import { Icon } from "../../components/Icon";

const STEPS = ["alert", "cause", "options", "decision", "effect"] as const;

/** Alert → Cause → Options → Decision → Effect; what is done is filled, where one stands is ringed. */
export function LoopRail({ at, links = {} }: { at: number; links?: Partial<Record<(typeof STEPS)[number], string>> }) {
  const { t } = useTranslation();
  return (
    <ol className="al-rail" aria-label={t("alerts.loop")}>
      {STEPS.map((step, index) => {
        const inside = <><i aria-hidden="true">{index < at ? <Icon name="check" size={11} width={2} /> : index + 1}</i><span>{t(`alerts.step_${step}`)}</span></>;
        const state = index < at ? "done" : index === at ? "now" : "";
        return <li key={step} className={state} aria-current={state === "now" ? "step" : undefined}>{links[step] ? <a href={links[step]} onClick={links[step].startsWith("#") ? undefined : follow}>{inside}</a> : inside}</li>;
      })}
    </ol>
  );
}
