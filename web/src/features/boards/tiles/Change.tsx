import { Delta } from "../../../components/Delta";
import type { Answer, Row, TileSpec } from "../../../api/contracts";
import { say } from "../../../format/number";
import { longLabel } from "../../../format/time";
import { beforeOf, changeOf, valueOf, type Measure } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";

interface Props {
  spec: TileSpec;
  answer: Answer | undefined;
  row: Row | null;
  of: Measure;
  /** Also says the earlier value: "vs ¥587,494 yesterday". */
  withValue?: boolean;
  short?: boolean;
  role?: string;
}

/** Why there is nothing to compare with, as far as the server says it; for a title on hover. */
function useWhyNothing(answer: Answer | undefined): string {
  const { t, locale } = useWords();
  const told = answer?.notes?.find((note) => note.code === "nothing_before" || note.code.startsWith("visitors_unavailable"));
  const since = told?.values?.since;
  if (!told || !since) return "";
  return t(told.code === "nothing_before" ? "compare.nothing_since" : "compare.visitors_since", { since: longLabel(since, locale) });
}

/** ▲ +9.3 % and what it is compared with; a measure of which less is better says so. */
export function Change({ spec, answer, row, of, withValue, short, role = "main" }: Props) {
  const words = useWords();
  const board = useBoard();
  const compare = compareOfTile(spec, board, role);
  const change = changeOf(row, of);
  const why = useWhyNothing(answer);
  if (compare === "none" || !of.change) return null;
  const name = words.compareName(compare, timeOfTile(spec, board, role), answer);
  const before = beforeOf(row, of);
  if (before === null && valueOf(row, of) !== null) {
    const nothing = short ? words.t("compare.nothing_short") : compare === "last_year" ? words.t("compare.nothing_last_year") : words.t("compare.nothing", { compare: name });
    return <span className="chg"><span className="sub" title={why || nothing}>{nothing}</span></span>;
  }
  const less = /less|lower|down/.test(board.catalog.metrics[of.metric]?.direction ?? "");
  const said = withValue && before !== null ? words.t("compare.with_value", { compare: words.compareShort(compare, timeOfTile(spec, board, role), answer), value: say(before, of.unit, words.locale, "full") }) : words.t("compare.with", { compare: board.wall ? words.compareShort(compare, timeOfTile(spec, board, role), answer) : name });
  return (
    <span className="chg" title={short ? said : undefined}>
      <Delta value={change} points={of.points} />
      {!short && <span className="sub" title={said}>{said}</span>}
      {less && <span className="sub" title={words.t("direction.less_short")}>{words.t("direction.less_short")}</span>}
    </span>
  );
}
