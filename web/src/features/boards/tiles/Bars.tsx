import type { Row } from "../../../api/contracts";
import { Delta } from "../../../components/Delta";
import { digits, join, say, sayShare, scaleFor, show } from "../../../format/number";
import { changeOf, keyOf, measure, memberCell, num, shareOf, valueOf } from "../answers";
import { compareOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";
import { Member } from "../Member";

const AT_MOST = 12;

/** Lying bars: name, bar, value, share, change; sorted as the answer is, what has no name last and grey. */
export function Bars({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  if (!answer || !of || !key) return <>{head()}{foot()}</>;
  const place = board.wall ? 6 : AT_MOST;
  const isNamed = (row: Row) => row[key.name] !== null && row[key.name] !== "";
  const rows = answer.rows.filter(isNamed).slice(0, place);
  const unnamed = answer.rows.slice(0, place).filter((row) => !isNamed(row));
  const values = (rows.length ? rows : unnamed).map((row) => valueOf(row, of) ?? 0);
  const top = Math.max(...values.map(Math.abs), 0) || 1;
  const total = valueOf(answer.totals, of);
  const scale = scaleFor(top, words.locale);
  const hasShare = spec.options?.share !== false && total !== null && of.unit.kind !== "ratio" && !board.phone;
  const hasChange = compareOfTile(spec, board) !== "none" && Boolean(of.change) && answer.rows.some((row) => changeOf(row, of) !== null);
  const inList = { ...of.unit, currency: null };
  const text = (value: number | null) => {
    if (value === null || scale.suffix === "" || of.unit.kind === "ratio") return say(value, inList, words.locale, "full");
    if (words.locale === "en") return say(value, inList, words.locale, Math.abs(value) >= 1e4 ? "short" : "full");
    return join({ text: digits(value / scale.divisor, scale.suffix === "k" ? 1 : scale.suffix === "万" ? 1 : 2), unit: scale.suffix }, words.locale);
  };
  const picked = !board.wall && spec.follow !== false && board.catalog.dimensions[key.name] && (!spec.takes || spec.takes.includes(key.name)) ? board.pick : undefined;
  const drawn = (value: number | null) => <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, (value ?? 0) / top))})` }} />;
  const line = (row: Row, name: string, id: string, member: unknown = null, rest = false) => {
    const value = valueOf(row, of);
    return (
      <div className={rest ? "row rest" : "row"} role="row" key={id}>
        <span className="el" role="rowheader" title={name}><Member dimension={key.name} member={member} text={name} /></span>
        {picked && member !== null
          ? <span role="cell"><button type="button" className="pick" aria-label={words.t("explore.only", { name })} title={words.t("explore.only", { name })} onClick={() => picked(key.name, String(member))} data-pick={String(member)}><span className="bar">{drawn(value)}</span></button></span>
          : <span className={rest && (value ?? 0) > top ? "bar over" : "bar"} role="presentation">{drawn(value)}</span>}
        <span className="v" role="cell" title={say(value, of.unit, words.locale, "exact")}>{text(value)}</span>
        {hasShare && <span className="s" role="cell">{sayShare(shareOf(value, total))}</span>}
        {hasChange && <span className="d" role="cell"><Delta value={changeOf(row, of)} points={of.points} /></span>}
      </div>
    );
  };
  const columns = ["minmax(52px, max-content)", "minmax(36px, 1fr)", "max-content", hasShare ? "max-content" : "", hasChange ? "max-content" : ""].filter(Boolean).join(" ");
  const unitNote = of.unit.kind === "money" ? show(0, of.unit, words.locale).text.replace(/[0.]/g, "") : "";
  const totalText = total === null ? undefined : <span>{words.t("table.total")} {say(total, of.unit, words.locale, "tile")}</span>;
  return (
    <>
      {head([words.beside(of.metric, spec.title), unitNote].filter(Boolean).join(" "))}
      <div className="ranks" role="table" aria-label={words.pick(spec.title)} style={{ gridTemplateColumns: columns, columnGap: board.wall ? 16 : 10 }}>
        {rows.map((row, index) => line(row, words.member(key.name, memberCell(answer, key, row)), String(index), row[key.name]))}
        {unnamed.map((row, index) => line(row, words.t("member.unknown"), `unnamed${index}`, null, true))}
        {answer.others && rows.length < place && num(answer.others, of.column) !== null && line(answer.others, words.t("member.others"), "others", null, true)}
      </div>
      {foot(totalText)}
    </>
  );
}
