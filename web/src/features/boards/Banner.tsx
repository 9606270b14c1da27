import type { Problem } from "../../api/problem";
import { Shape } from "../../components/Icon";
import { digits } from "../../format/number";
import { clock } from "../../format/time";
import { useBoard, useWords } from "./context";

/** What stands above the board only when it must be known: the server is gone, the warehouse is built anew, a question was refused. */
export function Banner({ load, problem }: { load: Record<string, unknown> | null; problem: Problem | null }) {
  const { t, pick } = useWords();
  const { offlineSince, retry, phone } = useBoard();
  if (offlineSince !== null && (phone || Date.now() - offlineSince > 4000)) {
    return (
      <div className="banner watch" role="status">
        <span className="t-watch"><Shape level="watch" size={14} /></span>
        <span className="sub2">{t("link.gone", { time: clock(new Date(offlineSince), "") })}</span>
        <button type="button" className="btn small" onClick={retry}>{t("state.retry")}</button>
      </div>
    );
  }
  if (problem && !problem.offline && problem.status < 500) {
    return <div className="banner critical" role="alert"><span className="t-critical"><Shape level="critical" size={14} /></span><span className="sub2">{problem.message || t("state.error")}</span></div>;
  }
  const rebuilding = typeof load?.rebuilding === "number" ? load.rebuilding : null;
  if (rebuilding !== null) {
    return <div className="banner info" role="status"><span className="t-info"><Shape level="info" size={14} /></span><span className="sub2">{t("load.rebuilding", { share: digits(rebuilding * 100, 0) })}</span></div>;
  }
  if (load?.available === false) {
    return <div className="banner watch" role="status"><span className="t-watch"><Shape level="watch" size={14} /></span><span className="sub2">{t("load.unavailable")}</span></div>;
  }
  const message = pick(load?.message as string | Record<string, string> | undefined);
  return message ? <div className="banner info" role="status"><span className="t-info"><Shape level="info" size={14} /></span><span className="sub2">{message}</span></div> : null;
}
