import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { Shape } from "../../components/Icon";
import { digits } from "../../format/number";

/** How far the warehouse is behind the log, in a sentence. */
export function LoadState() {
  const { t } = useTranslation();
  const asked = useQuery({ queryKey: ["status"], queryFn: api.status, refetchInterval: 2000 });
  const status = asked.data as Record<string, unknown> | undefined;
  if (asked.isError) return <span className="fresh sub t-watch"><Shape level="watch" size={11} />{t("link.reconnecting")}</span>;
  if (!status) return null;
  if (status.available === false) return <span className="fresh sub t-watch"><Shape level="watch" size={11} />{t("load.unavailable")}</span>;
  if (typeof status.rebuilding === "number") return <span className="fresh sub"><i />{t("load.rebuilding", { share: digits(status.rebuilding * 100, 0) })}</span>;
  const waiting = Math.max(0, Number(status.rows_waiting ?? Number(status.head ?? 0) - Number(status.offset ?? 0)) || 0);
  return waiting > 0
    ? <span className="fresh sub"><i />{t("load.waiting", { count: waiting, shown: digits(waiting, 0) })}</span>
    : <span className="fresh live sub"><i />{t("load.done")}</span>;
}
