import { Fragment } from "react";
import { Named } from "../../../components/DefinitionCard";
import { Delta } from "../../../components/Delta";
import { say, sayShare, toNumber } from "../../../format/number";
import { changeOf, measures, only, valueOf } from "../answers";
import { compareOfTile, useBoard, useWords } from "../context";
import type { TileParts } from "../kinds";

/** Steps as bars, with the share that passed between them. The shares come from the server. */
export function Funnel({ spec, payload, head, foot }: TileParts) {
  const words = useWords();
  const board = useBoard();
  const answer = payload.answers.main;
  const row = only(answer);
  const all = measures(answer);
  const top = Math.max(...all.map((of) => valueOf(row, of) ?? 0), 0) || 1;
  const rates = (payload.extra?.rates ?? []) as unknown[];
  const whole = (payload.extra?.whole ?? []) as unknown[];
  const compared = compareOfTile(spec, board) !== "none";
  return (
    <>
      {head()}
      <ol className="funnel" aria-label={words.pick(spec.title)}>
        {all.map((of, index) => {
          const value = valueOf(row, of);
          return (
            <Fragment key={of.metric}>
              {index > 0 && <li className="pass" aria-label={words.t("funnel.passed", { share: sayShare(toNumber(rates[index])) })}><span aria-hidden="true">↓ {sayShare(toNumber(rates[index]))}</span></li>}
              <li className="step">
                <Named text={words.metric(of.metric)} metric={board.catalog.metrics[of.metric]} />
                <span className="bar"><i style={{ transform: `scaleX(${Math.max(0, (value ?? 0) / top)})` }} /></span>
                <b title={say(value, of.unit, words.locale, "exact")}>{say(value, of.unit, words.locale, "tile")}</b>
                <span className="sub">{index ? sayShare(toNumber(whole[index])) : ""}</span>
                {compared && !board.phone ? <Delta value={changeOf(row, of)} points={of.points} /> : <span />}
              </li>
            </Fragment>
          );
        })}
      </ol>
      {foot()}
    </>
  );
}
