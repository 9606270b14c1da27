import { Fragment } from "react";
import { Delta } from "../../../components/Delta";
import { say, sayShare, toNumber } from "../../../format/number";
import type { Cell, Row } from "../../../api/contracts";
import { changeOf, measures, memberCell, naming, shareOf, valueOf } from "../answers";
import { compareOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Member } from "../Member";
import { cellText } from "../TileTable";

/** A table as a tile of its own: members and several measures; the first measure with its share and change where there is room. */
export function RowsTile({ spec, payload, head, foot, full }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const all = measures(answer);
  const first = all[0];
  if (!answer || !first) return <>{head()}{foot()}</>;
  const dimensions = naming(answer);
  const wide = !board.phone || full;
  const turns = compareOfTile(spec, board) !== "none" && answer.rows.some((row) => changeOf(row, first) !== null);
  const shown = wide ? all : all.slice(0, turns ? 1 : 2);
  // The change stands right behind the measure by which the rows are ordered.
  const lead = shown.find((of) => of.metric === spec.queries.main?.order?.[0]?.by) ?? first;
  const compared = compareOfTile(spec, board) !== "none" && Boolean(lead.change) && answer.rows.some((row) => changeOf(row, lead) !== null);
  const total = valueOf(answer.totals, first);
  const hasShare = spec.options?.share === true && total !== null && wide;
  const members = answer.members ?? null;
  const note = members !== null && members > answer.rows.length ? words.t("table.first_of", { count: answer.rows.length, members: members.toLocaleString("en-US") }) : "";
  const cells = (row: Row, name?: string) => (
    <>
      {dimensions.map((column, index) => {
        const text = name !== undefined ? (index ? "" : name) : cellText(column, { ...row, [column.name]: memberCell(answer, column, row) as Cell }, words, false);
        return index === 0 ? <th key={column.name} scope="row" className="el cell-name" title={text}><Member dimension={column.name} member={name === undefined ? row[column.name] : null} text={text} /></th>
          : <td key={column.name} className="el cell-name" title={text}><Member dimension={column.name} member={name === undefined ? row[column.name] : null} text={text} /></td>;
      })}
      {shown.map((of, index) => (
        <Fragment key={of.metric}><td className="num">{say(valueOf(row, of), { ...of.unit, currency: null }, words.locale, "full")}{index === 0 && hasShare ? <span className="sub"> {sayShare(shareOf(valueOf(row, first), total))}</span> : null}</td>
          {compared && of === lead && <td className="num"><Delta value={changeOf(row, lead)} points={lead.points} /></td>}
        </Fragment>
      ))}
    </>
  );
  const withOthers = answer.others && Object.values(answer.others).some((cell) => toNumber(cell) !== null);
  const rest = members !== null ? words.t("member.others_count", { count: members - answer.rows.length, members: (members - answer.rows.length).toLocaleString("en-US") }) : words.t("member.others");
  return (
    <>
      {head(note)}
      <div className="scroll" tabIndex={0} role="region" aria-label={words.pick(spec.title)}>
        <table className="tbl fit" style={{ maxHeight: 28 + (answer.rows.length + 1) * 42 }}>
          <thead>
            <tr>
              {dimensions.map((column) => <th key={column.name} scope="col">{column.role === "time" ? words.t(`grain.${column.name as "day"}`, { defaultValue: column.name }) : words.dimension(column.name)}</th>)}
              {shown.map((of) => <Fragment key={of.metric}><th scope="col" className="num">{words.metric(of.metric)}</th>{compared && of === lead && <th scope="col" className="num">{words.t("table.change")}</th>}</Fragment>)}
            </tr>
          </thead>
          <tbody>
            {answer.rows.map((row, index) => <tr key={index}>{cells(row)}</tr>)}
            {withOthers && answer.others ? <tr className="rest">{cells(answer.others, rest)}</tr> : null}
          </tbody>
        </table>
      </div>
      {foot()}
    </>
  );
}
