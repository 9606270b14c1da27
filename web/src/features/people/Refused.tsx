import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { Shape } from "../../components/Icon";

/** Why the server did not do it, beside what was asked. */
export function Refused({ problem }: { problem: Problem | null }) {
  const { t } = useTranslation();
  if (!problem) return null;
  const minutes = Math.ceil((problem.retryAfter ?? 0) / 60);
  const said = problem.offline ? t("link.gone_first") : problem.code === "access.too_many_attempts" ? t("gate.locked", { count: minutes }) : problem.message || t("state.error");
  return <p role="alert" className="refused"><span className="t-critical"><Shape level="critical" size={14} /></span>{said}</p>;
}
