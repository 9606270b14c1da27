import { inkOn, steps } from "../../../charts/steps";
import { useAppearance } from "../../../app/settings";
import { say } from "../../../format/number";
import { longLabel, readLabel } from "../../../format/time";
import { measure, naming, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";

/** Groups by when they began, against how long after: one row a group, one column a step; cells that are still to come stay empty. */
export function Cohort({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const { theme } = useAppearance();
  const answer = payload.answers.main;
  const of = measure(answer);
  const [row, column] = naming(answer);
  if (!answer || !of || !row || !column) return <>{head()}{foot()}</>;
  const groups = [...new Set(answer.rows.map((each) => String(each[row.name] ?? "")))].sort();
  const after = [...new Set(answer.rows.map((each) => Number(each[column.name] ?? 0)))].sort((a, b) => a - b);
  const values = new Map(answer.rows.map((each) => [`${each[row.name]}|${Number(each[column.name])}`, valueOf(each, of)]));
  // The first column is the group itself (all of it): left out of the ramp, so that the return of people is what is seen.
  const step = steps([...values.entries()].filter(([key]) => !key.endsWith("|0")).map(([, value]) => value ?? 0));
  return (
    <>
      {head(words.beside(of.metric, spec.title))}
      <div className="scroll" tabIndex={0} role="region" aria-label={words.pick(spec.title)}>
        <table className="tbl cohort">
          <thead><tr><th scope="col">{words.dimension(row.name)}</th>{after.map((each) => <th key={each} scope="col" className="num">{each === 0 ? words.t("cohort.first") : `+${each}`}</th>)}</tr></thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group}>
                <th scope="row">{readLabel(group) ? longLabel(group, words.locale) : words.member(row.name, group)}</th>
                {after.map((each) => {
                  const value = values.get(`${group}|${each}`) ?? null;
                  const at = each === 0 ? 0 : step(value);
                  return <td key={each} className="num">{value === null ? "" : <span className="cell" style={at ? { background: `var(--s${at})`, color: inkOn(at, theme === "dark") } : undefined} title={say(value, of.unit, words.locale, "exact")}>{say(value, of.unit, words.locale, "tile")}</span>}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {foot()}
    </>
  );
}
