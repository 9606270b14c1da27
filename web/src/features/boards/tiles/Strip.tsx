import { Fragment } from "react";
import { Named } from "../../../components/DefinitionCard";
import { Delta } from "../../../components/Delta";
import { Sparkline } from "../../../components/Sparkline";
import { Value } from "../../../components/Value";
import { digits, sayChange, toNumber, MINUS } from "../../../format/number";
import { changeOf, measure, measures, only, unitIn, valueOf, type Measure } from "../answers";
import { compareOfTile, timeOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Change } from "./Change";
import { sparkOf } from "./NumberTile";
import { useUnknown } from "../unknown";

interface Equation {
  factors: string[];
  result: string;
}

function equationOf(options: Record<string, unknown> | undefined): Equation | null {
  const told = options?.equation as Partial<Equation> | undefined;
  return told?.factors?.length && told.result ? { factors: told.factors, result: told.result } : null;
}

/** `5.8 + 5.3 − 1.8 = 9.3`: each part in points of the whole's change. */
export function sum(parts: number[], whole: number): { left: string; right: string } {
  const left = parts.map((part, index) => {
    const size = digits(Math.abs(part) * 100, 1);
    if (index === 0) return (part < 0 ? MINUS : "") + size;
    return `${part < 0 ? MINUS : "+"} ${size}`;
  });
  return { left: left.join(" "), right: digits(whole * 100, 1) };
}

export function Strip(props: TileParts) {
  const equation = equationOf(props.spec.options);
  return equation && props.payload.answers.main ? <EquationStrip {...props} equation={equation} /> : <KpiStrip {...props} />;
}

function Term({ of, parts, children, line }: { of: Measure; parts: TileParts; children?: React.ReactNode; line?: React.ReactNode }) {
  const words = useWords();
  const board = useBoard();
  const { main, curve } = parts.payload.answers;
  const row = only(main);
  const spark = sparkOf(curve, of.metric);
  const unknown = useUnknown(parts.payload)(of);
  const value = unknown ? <span className="val" title={unknown}>—</span> : <Value value={valueOf(row, of)} unit={unitIn(row, of, main)} />;
  const name = <Named text={words.metric(of.metric)} metric={board.catalog.metrics[of.metric]} />;
  if (board.phone) return <>{name}{value}{unknown ? <span className="sub">{unknown}</span> : <Delta value={changeOf(row, of)} points={of.points} />}</>;
  return (
    <>
      <div className="th">{name}<span className="r">{children ?? (spark && !board.wall && <Sparkline {...spark} width={76} height={24} />)}</span></div>
      {line ?? <div className="line">{value}{unknown ? <span className="sub el" title={unknown}>{unknown}</span> : board.wall ? <Change spec={parts.spec} answer={main} row={row} of={of} /> : of.change && <Delta value={changeOf(row, of)} points={of.points} />}</div>}
    </>
  );
}

function EquationStrip({ equation, ...parts }: TileParts & { equation: Equation }) {
  const words = useWords();
  const board = useBoard();
  const { main } = parts.payload.answers;
  const row = only(main);
  const factors = equation.factors.flatMap((name) => measure(main, name) ?? []);
  const result = measure(main, equation.result);
  const told = (parts.payload.extra?.parts ?? {}) as Record<string, unknown>;
  const shares = factors.map((factor) => toNumber(told[factor.metric]));
  const compared = compareOfTile(parts.spec, board) !== "none" && shares.every((share) => share !== null);
  const whole = result ? changeOf(row, result) : null;
  const said = compared && whole !== null ? sum(shares as number[], whole) : null;
  const name = result ? words.metric(result.metric) : "";
  const columns = board.wall ? `repeat(${factors.length}, minmax(0, 1fr))` : [...factors.map((_, index) => `minmax(0, 1fr) ${index === factors.length - 1 ? "38px" : "30px"}`), "minmax(0, 1.12fr)"].join(" ");
  return (
    <div className="eq" style={board.phone ? undefined : { gridTemplateColumns: columns }}>
      {factors.map((factor, index) => (
        <Fragment key={factor.metric}>
          <div className="term">
            {board.phone && <span className="sub2" aria-hidden="true">{index ? "×" : ""}</span>}
            <Term of={factor} parts={parts} />
            {!board.phone && !board.wall && (
              <div className="p">{compared ? <>{words.t("strip.moves", { result: words.inside(name) })} <b>{sayChange(shares[index] ?? null, true, words.locale)}</b></> : " "}</div>
            )}
          </div>
          {!board.phone && !board.wall && <div className="op" aria-hidden="true">{index === factors.length - 1 ? "=" : "×"}</div>}
        </Fragment>
      ))}
      {result && !board.phone && !board.wall && (
        <div className="term sum">
          <Term of={result} parts={parts} />
          <div className="p" title={said ? words.t("strip.no_remainder") : undefined}>
            {said ? <>{said.left} = <b>{said.right} {words.locale === "zh-CN" ? "点" : "pp"}</b> · {words.t("strip.no_remainder")}</> : " "}
          </div>
        </div>
      )}
    </div>
  );
}

/** Measures side by side, each with its change; what they are compared with is said once. */
function KpiStrip(parts: TileParts) {
  const words = useWords();
  const board = useBoard();
  const compare = compareOfTile(parts.spec, board);
  const { main } = parts.payload.answers;
  const row = only(main);
  const all = measures(main);
  const unknown = useUnknown(parts.payload);
  const base = compare !== "none" && all.some((of) => changeOf(row, of) !== null) ? words.t("compare.with", { compare: words.compareName(compare, timeOfTile(parts.spec, board), main) }) : "";
  return (
    <div className={all.length > 5 ? "eq kpi many" : "eq kpi"} style={board.phone ? undefined : { gridTemplateColumns: `minmax(0, ${all.length > 5 ? 1.7 : 1.3}fr) repeat(${Math.max(0, all.length - 1)}, minmax(0, 1fr))` }}>
      {all.map((of, index) => (
        <div className="term" key={of.metric}>
          {board.phone || unknown(of) ? <Term of={of} parts={parts} line={unknown(of) && !board.phone ? <><span className="val">—</span><span className="chg"><span className="sub" title={unknown(of)}>{unknown(of)}</span></span></> : undefined} /> : (
            <Term of={of} parts={parts} line={<>
              <Value value={valueOf(row, of)} unit={unitIn(row, of, main)} />
              <Change spec={parts.spec} answer={main} row={row} of={of} short={index > 0 && !board.wall} />
            </>} />
          )}
        </div>
      ))}
      {board.phone && base && <p className="sub base">{base}</p>}
    </div>
  );
}
