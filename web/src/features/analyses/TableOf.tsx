import { useTranslation } from "react-i18next";
import type { Result } from "../../api/analyses";
import { Status } from "../../components/Icon";
import { memberName } from "../../format/members";
import { digits, say, sayShare, toNumber, UNKNOWN, type Unit } from "../../format/number";
import { longLabel } from "../../format/time";
import { useCatalog } from "../boards/BoardPage";
import { useNames } from "../targets/names";

type Kind = "member" | "where" | "day" | "amount" | "share" | "units" | "flag" | "word";
const SHOWN: Record<string, [string, Kind][]> = {
  describe: [["member", "member"], ["sum", "amount"], ["share", "share"], ["abc", "word"], ["mean", "amount"], ["median", "amount"], ["p10", "amount"], ["p90", "amount"]],
  diagnose: [["where", "where"], ["deviation", "amount"], ["share", "share"]],
  forecast: [["series", "member"], ["day", "day"], ["forecast", "amount"], ["lo_80", "amount"], ["hi_80", "amount"], ["lo_95", "amount"], ["hi_95", "amount"]],
  anomalies: [["series", "member"], ["day", "day"], ["flag", "flag"], ["expected", "amount"], ["lo", "amount"], ["hi", "amount"]],
  reorder: [["item", "member"], ["order_now", "flag"], ["order_quantity", "units"], ["position", "units"], ["reorder_point", "units"], ["order_up_to", "units"], ["demand_lo", "units"], ["demand_hi", "units"], ["expected_service", "share"]],
};
const FIRST: Record<string, string> = { anomalies: "flag", reorder: "order_now" }; // rows that ask for something stand first
const MOST = 300;

/** The rows of an answer, those that matter most first. */
export function TableOf({ command, result, unit, dims, by }: { command: string; result: Result; unit: Unit; dims: string[]; by: string }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const { locale, dimension } = useNames(catalog);
  const place = Object.fromEntries(result.columns.map((name, index) => [name, index]));
  const columns = (SHOWN[command] ?? []).filter(([name]) => place[name] !== undefined);
  const first = place[FIRST[command] ?? ""];
  const rows = first === undefined ? result.table : [...result.table.filter((row) => row[first] === true), ...result.table.filter((row) => row[first] !== true)];
  const member = (code: unknown, of: string) => (code === "_total" ? t("analyses.total") : result.names?.[String(code)] ?? memberName(of, code, locale, catalog.dimensions[of]?.members, t("member.unknown")));
  const where = (text: string) => text.split(/[;&] ?/).map((part) => { const [name = "", ...rest] = part.trim().split("="); return dims.includes(name) ? `${dimension(name)} ${member(rest.join("="), name)}` : part; }).join(" · ");
  const cell = (value: unknown, kind: Kind) => {
    if (value === null || value === undefined) return UNKNOWN;
    if (kind === "member") return member(value, command === "reorder" ? "product" : by);
    if (kind === "where") return where(String(value));
    if (kind === "day") return longLabel(value, locale);
    if (kind === "amount") return say(toNumber(value), unit, locale, "tile");
    if (kind === "share") return sayShare(toNumber(value));
    if (kind === "units") return digits(toNumber(value) ?? 0, 0);
    if (kind === "flag") return value === true ? <Status level="watch">{t(`analyses.flag_${command}`)}</Status> : "";
    return String(value);
  };
  const isNumber = (kind: Kind) => kind === "amount" || kind === "share" || kind === "units";
  if (!rows.length || !columns.length) return null;
  return (
    <>
      <div className="scroll an-table" tabIndex={0} role="region" aria-label={t("analyses.rows")}>
        <table className="tbl">
          <thead><tr>{columns.map(([name, kind]) => <th key={name} scope="col" className={isNumber(kind) ? "num" : undefined}>{t(`analyses.col_${name}`)}</th>)}</tr></thead>
          <tbody>{rows.slice(0, MOST).map((row, index) => <tr key={index}>{columns.map(([name, kind], at) => (at === 0 ? <th key={name} scope="row">{cell(row[place[name] ?? -1], kind)}</th> : <td key={name} className={isNumber(kind) ? "num" : undefined}>{cell(row[place[name] ?? -1], kind)}</td>))}</tr>)}</tbody>
        </table>
      </div>
      {result.rows > MOST && <p className="sub">{t("analyses.more_rows", { count: result.rows, shown: MOST })}</p>}
    </>
  );
}
