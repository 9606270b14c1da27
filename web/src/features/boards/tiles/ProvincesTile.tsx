import { useCellTip } from "../../../charts/CellTip";
import { inkOn, steps } from "../../../charts/steps";
import { Delta } from "../../../components/Delta";
import { useAppearance } from "../../../app/settings";
import { provinceOf, provinces } from "../../../format/members";
import { say, sayShare } from "../../../format/number";
import { changeOf, keyOf, measure, shareOf, valueOf } from "../answers";
import { useWords } from "../context";
import type { TileParts } from "../kinds";
import type { Row } from "../../../api/contracts";

const SIDE = 25;
const GAP = 2;

/** China as equal squares: where in the country, without the size of a province speaking louder than its figure. */
export function ProvincesTile({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const { theme, locale } = useAppearance();
  const tip = useCellTip();
  const answer = payload.answers.main;
  const of = measure(answer);
  const key = keyOf(answer);
  if (!answer || !of || !key) return <>{head()}{foot()}</>;
  const rows = new Map<string, Row>();
  for (const row of answer.rows) {
    const province = provinceOf(row[key.name]);
    if (province) rows.set(province.code, row);
  }
  const total = valueOf(answer.totals, of) ?? answer.rows.reduce((sum, row) => sum + (valueOf(row, of) ?? 0), 0);
  const step = steps([...rows.values()].map((row) => valueOf(row, of) ?? 0));
  const ranked = provinces.filter((each) => (valueOf(rows.get(each.code), of) ?? 0) > 0).sort((a, b) => (valueOf(rows.get(b.code), of) ?? 0) - (valueOf(rows.get(a.code), of) ?? 0));
  const show = (element: Element, name: string, row: Row | undefined) => {
    const value = valueOf(row, of);
    tip.at(element, <><div className="h">{name}</div><dl><dt>{words.metric(of.metric)}</dt><dd>{say(value ?? 0, of.unit, locale)}</dd><dd className="x">{sayShare(shareOf(value, total))}</dd></dl>{row && of.change ? <Delta value={changeOf(row, of)} points={of.points} /> : null}</>);
  };
  return (
    <>
      {head("", <span>{say(total, of.unit, locale, "tile")}</span>)}
      <div className="map" onMouseLeave={tip.hide}>
        <svg viewBox={`0 0 ${8 * (SIDE + GAP) - GAP} ${8 * (SIDE + GAP) - GAP}`} role="img" aria-label={words.t("chart.places", { title: words.pick(spec.title), first: ranked[0] ? (locale === "zh-CN" ? ranked[0].zh : ranked[0].en) : "—" })}>
          {provinces.map((province) => {
            const row = rows.get(province.code);
            const level = step(valueOf(row, of));
            const x = (province.column - 1) * (SIDE + GAP);
            const y = province.row * (SIDE + GAP);
            return (
              <g key={province.code} onMouseEnter={(event) => show(event.currentTarget, locale === "zh-CN" ? province.zh : province.en, row)}>
                <rect x={x} y={y} width={SIDE} height={SIDE} rx={4} fill={level ? `var(--s${level})` : "var(--c-grid)"} />
                <text x={x + SIDE / 2} y={y + SIDE / 2 + 4.4} fontSize={locale === "zh-CN" ? 12 : 11} textAnchor="middle" fill={level ? inkOn(level, theme === "dark") : "var(--ink-3)"}>{locale === "zh-CN" ? province.short : province.code}</text>
              </g>
            );
          })}
        </svg>
        <div className="sub ranking">
          {ranked.slice(0, 5).map((province) => <span key={province.code}><span className="short">{locale === "zh-CN" ? province.short : province.code}</span><span className="whole">{locale === "zh-CN" ? province.zh : province.en}</span><b>{sayShare(shareOf(valueOf(rows.get(province.code), of), total))}</b></span>)}
        </div>
      </div>
      {tip.node}
      {foot(<span className="ramp">{words.t("ramp.few")}<span>{[1, 2, 3, 4, 5, 6, 7].map((each) => <i key={each} style={{ background: `var(--s${each})` }} />)}</span>{words.t("ramp.many")}</span>)}
    </>
  );
}
