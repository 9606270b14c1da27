import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { Shape } from "../../components/Icon";

/** A page's part that waits or was refused, in the size of a tile. */
export function Message({ problem }: { problem: Problem | null }) {
  const { t } = useTranslation();
  return (
    <section className="tile page-tile">
      {problem
        ? <div className="mid"><span className="say"><span className="t-critical"><Shape level="critical" /></span>{problem.offline ? t("link.gone_first") : problem.message || t("state.error")}</span></div>
        : <div className="skeleton" aria-hidden="true">{[72, 56, 64, 48].map((width) => <i key={width} className="sk" style={{ width: `${width}%`, height: 14 }} />)}</div>}
    </section>
  );
}
