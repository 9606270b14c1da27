import { useTranslation } from "react-i18next";
import type { FileLook } from "../../api/uploads";
import { useSettings } from "../../app/settings";
import { Status } from "../../components/Icon";
import { digits } from "../../format/number";
import { pick } from "../../i18n";

const SUMS = ["order_line.amount", "order_line.paid_amount", "refund.amount"] as const;

/** What the sampled rows become, before anything is imported. */
export function Effect({ look }: { look: FileLook }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const effect = look.effect;
  if (!effect) return null;
  const refused = Object.entries(effect.refused);
  const rows = Object.entries(effect.rows).filter(([, count]) => count > 0);
  return (
    <div className="bring-effect">
      <b>{t("bring.effect", { count: effect.sampled, shown: digits(effect.sampled, 0) })}</b>
      <ul>
        {rows.map(([table, count]) => <li key={table}>{pick(effect.labels[table] ?? {}, language) || table} <b>{digits(count, 0)}</b></li>)}
        {SUMS.filter((name) => effect.sums[name]).map((name) => <li key={name}>{t(`bring.sum_${name.replace(".", "_")}`)} <b>{digits(Number(effect.sums[name]), 2)} {look.currency}</b></li>)}
      </ul>
      {refused.length > 0 ? <Status level="watch">{refused.map(([reason, count]) => `${t(`reason.${reason}`, { defaultValue: reason })} ${digits(count, 0)}`).join(" · ")}</Status> : <Status level="ok">{t("bring.none_refused")}</Status>}
    </div>
  );
}
