import { Delta } from "../../../components/Delta";
import type { Answer, Row, TileSpec } from "../../../api/contracts";
import { say } from "../../../format/number";
import { beforeOf, changeOf, type Measure } from "../answers";
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

/** ▲ +9.3 % and what it is compared with; a measure of which less is better says so. */
export function Change({ spec, answer, row, of, withValue, short, role = "main" }: Props) {
  const words = useWords();
  const board = useBoard();
  const compare = compareOfTile(spec, board, role);
  const change = changeOf(row, of);
  if (compare === "none" || !of.change) return null;
  const name = words.compareName(compare, timeOfTile(spec, board, role), answer);
  const before = beforeOf(row, of);
  const less = /less|lower|down/.test(board.catalog.metrics[of.metric]?.direction ?? "");
  const said = withValue && before !== null ? words.t("compare.with_value", { compare: words.compareShort(compare, timeOfTile(spec, board, role), answer), value: say(before, of.unit, words.locale, "full") }) : words.t("compare.with", { compare: board.wall ? words.compareShort(compare, timeOfTile(spec, board, role), answer) : name });
  return (
    <span className="chg">
      <Delta value={change} points={of.points} />
      {!short && <span className="sub" title={said}>{said}</span>}
      {less && <span className="sub">{words.t("direction.less_short")}</span>}
    </span>
  );
}
