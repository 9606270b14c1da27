import { Fragment } from "react";
import { Delta } from "../../../components/Delta";
import { WholeRows } from "../../../components/WholeRows";
import { say, sayShare, show, toNumber, wordIn, type Locale } from "../../../format/number";
import type { Cell, Row } from "../../../api/contracts";
import { changeOf, measures, memberCell, naming, shareOf, valueOf } from "../answers";
import { compareOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Member } from "../Member";
import { useUnknown } from "../unknown";
import { cellText } from "../TileTable";

/** The unit once in the head instead of in each cell, unless the name already says it. */
function unitBeside(name: string, word: string, locale: Locale): string {
  const unit = wordIn(word, locale);
  return unit && !name.toLowerCase().includes(unit.toLowerCase()) ? (locale === "zh-CN" ? `（${unit}）` : `, ${unit}`) : "";
}

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
  const isNamed = (row: Row) => dimensions[0] === undefined || (row[dimensions[0].name] !== null && row[dimensions[0].name] !== "");
  const rows = [...answer.rows.filter(isNamed), ...answer.rows.filter((row) => !isNamed(row))];
  const turns = compareOfTile(spec, board) !== "none" && answer.rows.some((row) => changeOf(row, first) !== null);
  // A column without a single figure is a sentence, not a column of dashes.
  const unknown = useUnknown(payload);
  const known = all.filter((of) => of === first || !unknown(of) && answer.rows.some((row) => valueOf(row, of) !== null));
  const without = all.filter((of) => !known.includes(of)).map((of) => words.metric(of.metric)).join(words.locale === "zh-CN" ? "、" : ", ");
  // On a phone there is room for three columns; the full screen has them all.
  const shown = wide ? known : known.slice(0, Math.max(1, 3 - dimensions.length - (turns ? 1 : 0)));
  // The change stands right behind the measure by which the rows are ordered.
  const lead = shown.find((of) => of.metric === spec.queries.main?.order?.[0]?.by) ?? first;
  const compared = (wide || dimensions.length < 2) && compareOfTile(spec, board) !== "none" && Boolean(lead.change) && answer.rows.some((row) => changeOf(row, lead) !== null);
  const total = valueOf(answer.totals, first);
  const hasShare = spec.options?.share === true && total !== null && wide;
  const members = answer.members ?? null;
  const firstOf = members !== null && members > answer.rows.length ? words.t("table.first_of", { count: answer.rows.length, members: members.toLocaleString("en-US") }) : "";
  const note = [firstOf, without && words.t("table.without", { names: without })].filter(Boolean).join(" · ");
  const cells = (row: Row, name?: string) => (
    <>
      {dimensions.map((column, index) => {
        const text = name !== undefined ? (index ? "" : name) : cellText(column, { ...row, [column.name]: memberCell(answer, column, row) as Cell }, words, false);
        return index === 0 ? <th key={column.name} scope="row" className="el cell-name" title={text}><Member dimension={column.name} member={name === undefined ? row[column.name] : null} text={text} /></th>
          : <td key={column.name} className="el cell-name" title={text}><Member dimension={column.name} member={name === undefined ? row[column.name] : null} text={text} /></td>;
      })}
      {shown.map((of, index) => (
        <Fragment key={of.metric}><td className="num">{of.unit.word ? show(valueOf(row, of), of.unit, words.locale).text : say(valueOf(row, of), { ...of.unit, currency: null }, words.locale, "full")}{index === 0 && hasShare ? <span className="sub"> {sayShare(shareOf(valueOf(row, first), total))}</span> : null}</td>
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
      <WholeRows label={words.pick(spec.title)} version={`${answer.rows.length}${answer.others ? 1 : 0}${shown.length}${words.locale}`}>
        <table className="tbl fit" style={{ maxHeight: 28 + (answer.rows.length + 1) * 42 }}>
          <thead>
            <tr>
              {dimensions.map((column) => <th key={column.name} scope="col">{column.role === "time" ? words.t(`grain.${column.name as "day"}`, { defaultValue: column.name }) : words.dimension(column.name)}</th>)}
              {shown.map((of) => <Fragment key={of.metric}><th scope="col" className="num">{words.metric(of.metric)}{unitBeside(words.metric(of.metric), of.unit.word, words.locale)}</th>{compared && of === lead && <th scope="col" className="num">{words.t("table.change")}</th>}</Fragment>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => <tr key={index} className={isNamed(row) ? undefined : "rest"}>{cells(row)}</tr>)}
            {withOthers && answer.others ? <tr className="rest">{cells(answer.others, rest)}</tr> : null}
          </tbody>
        </table>
      </WholeRows>
      {foot()}
    </>
  );
}
