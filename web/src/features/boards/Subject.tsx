/** A board about one member (a product): its name, and the choice of one. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "../../api/client";
import type { Answer, BoardSpec } from "../../api/contracts";
import { say } from "../../format/number";
import { keyOf, measure, memberCell, valueOf } from "./answers";
import { useBoard, useWords } from "./context";
import { Member } from "./Member";

const AT_MOST = 1000;
const SHOWN = 60;

export interface Listed {
  member: string;
  name: string;
  value: string;
}

function metricFor(board: BoardSpec | undefined): string {
  return board?.tiles.flatMap((tile) => Object.values(tile.queries).flatMap((query) => query.metrics))[0] ?? "paid_amount";
}

/** The members of a dimension by what they brought, greatest first; asked once a minute at most. */
export function useMembers(dimension: string, board: BoardSpec | undefined, wanted: boolean): { listed: Listed[]; isPending: boolean; failed: string } {
  const metric = metricFor(board);
  const words = useWords();
  const asked = useQuery({
    queryKey: ["listed", dimension, metric],
    queryFn: () => api.query({ metrics: [metric], by: [dimension], order: [{ by: metric, descending: true }], limit: AT_MOST } as Parameters<typeof api.query>[0]),
    enabled: wanted && dimension !== "", staleTime: 60_000,
  });
  const answer = asked.data as unknown as Answer | undefined;
  const listed = useMemo(() => {
    const key = keyOf(answer);
    const of = measure(answer);
    if (!answer || !key || !of) return [];
    return answer.rows.filter((row) => row[key.name]).map((row) => ({ member: String(row[key.name]), name: words.member(key.name, memberCell(answer, key, row)), value: say(valueOf(row, of), of.unit, words.locale, "tile") }));
  }, [answer, words]);
  return { listed, isPending: asked.isPending, failed: asked.isError ? (asked.error as Error).message || words.t("state.error") : "" };
}

export function isFound(each: Listed, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return !wanted || each.name.toLowerCase().includes(wanted) || each.member.toLowerCase().includes(wanted);
}

/** A member's own name; its code until the name is known, nothing while none is chosen. */
export function useMemberName(dimension: string, member: string, board: BoardSpec | undefined): string {
  const metric = metricFor(board);
  const asked = useQuery({
    queryKey: ["member-name", dimension, member, metric],
    queryFn: () => api.query({ metrics: [metric], by: [dimension], where: [{ dimension, op: "in", values: [member] }], limit: 1 } as Parameters<typeof api.query>[0]),
    enabled: dimension !== "" && member !== "", staleTime: 300_000,
  });
  const words = useWords();
  const answer = asked.data as unknown as Answer | undefined;
  const key = keyOf(answer);
  const row = answer?.rows[0];
  return member && words.member(dimension, answer && key && row ? (memberCell(answer, key, row) ?? member) : member);
}

export function SubjectChooser() {
  const words = useWords();
  const { board } = useBoard();
  const [typed, setTyped] = useState("");
  const dimension = board.subject ?? "";
  const { listed, isPending, failed } = useMembers(dimension, board, true);
  const shown = listed.filter((each) => isFound(each, typed));
  const name = words.dimension(dimension);
  return (
    <section className="tile page-tile" aria-label={words.t("subject.choose", { name: words.inside(name) })}>
      <h2 className="lead">{words.t("subject.choose", { name: words.inside(name) })}</h2>
      <input className="input small find" type="search" data-filter value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={words.t("filter.find")} aria-label={words.t("filter.find")} />
      {failed ? <p className="sub2">{failed}</p> : isPending ? <p className="sub">{words.t("state.loading")}</p> : shown.length === 0 ? <p className="sub2">{typed ? words.t("search.none", { typed }) : words.t("state.empty")}</p> : (
        <ul className="choices">{shown.slice(0, SHOWN).map((each) => <li key={each.member}><Member dimension={dimension} member={each.member} text={each.name} /><span className="sub">{each.value}</span></li>)}</ul>
      )}
      {shown.length > SHOWN && <p className="sub">{words.t("subject.more", { count: shown.length - SHOWN })}</p>}
    </section>
  );
}
