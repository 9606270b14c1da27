import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { follow } from "../../app/location";
import { can, useSession } from "../../app/session";
import { Shape } from "../../components/Icon";
import { say, sayChange, toNumber, unitOf } from "../../format/number";
import { longLabel } from "../../format/time";
import { writeExploring, EXPLORED, USUAL } from "../explore/place";
import { useBoard, useWords } from "./context";
import { writeView } from "./view";
import type { components } from "../../api/schema";

type Thing = components["schemas"]["WhatChanged"];

/** The three things of yesterday that were unlike a usual day, each a link. A quiet day says that it was quiet. */
export function WhatChanged() {
  const words = useWords();
  const { board } = useBoard();
  const asked = useQuery({ queryKey: ["changes", board.id], queryFn: () => api.changes(board.id), staleTime: 600_000, retry: false });
  const found = asked.data;
  if (!found || found.state !== "ok") return null;
  const things = found.things ?? [];
  const day = longLabel(found.day, words.locale);
  return (
    <section className="changes" aria-label={words.t("changes.title")} data-changes={things.length}>
      <h2>{words.t("changes.title")}<span className="sub">{day}</span></h2>
      {things.length === 0 ? <p className="sub2">{words.t("changes.quiet")}</p> : <ul>{things.map((thing) => <li key={thing.metric}><Line thing={thing} /></li>)}</ul>}
    </section>
  );
}

function Line({ thing }: { thing: Thing }) {
  const words = useWords();
  const { session } = useSession();
  const { board } = useBoard();
  const unit = unitOf({ unit: thing.unit, currency: thing.currency });
  const text = (value: string) => say(toNumber(value), unit, words.locale, "tile");
  const part = thing.part ?? thing.mostly;
  const where = part ? [{ dimension: part.dimension, op: "in" as const, values: [part.member] }] : [];
  const to = can(session, "numbers:ask")
    ? writeExploring({ metric: thing.metric, by: "day", chart: "", rows: false, board: board.id, was: null, view: { board: EXPLORED, time: USUAL, compare: "previous", where: thing.part ? where : [] } })
    : writeView({ board: board.id, time: USUAL, compare: "previous", where }, false);
  const name = (each: NonNullable<Thing["part"]>) => each.name || words.member(each.dimension, each.member);
  const label = thing.part ? words.t("changes.part", { metric: words.metric(thing.metric), name: name(thing.part) }) : words.metric(thing.metric);
  const change = toNumber(thing.change);
  return (
    <a href={to} onClick={follow}>
      <Shape level="info" size={11} />
      <span><b>{label}</b> {text(thing.value)}{change === null ? "" : ` · ${sayChange(change, thing.unit === "share", words.locale)}`}
        <span className="sub"> {words.t("changes.usual", { low: text(thing.low), high: text(thing.high) })}{thing.mostly ? ` · ${words.t("changes.mostly", { name: name(thing.mostly) })}` : ""}</span>
      </span>
    </a>
  );
}
