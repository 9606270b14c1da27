import { follow } from "../../app/location";
import { useBoard } from "./context";
import { writeView } from "./view";

/** The address of the page about one member, where a board is about this dimension; it keeps the days and the comparison. */
export function useMemberPage(): (dimension: string, member: unknown) => string | null {
  const { view, pages, wall } = useBoard();
  return (dimension, member) => {
    const board = pages?.[dimension];
    if (!board || wall || member === null || member === undefined || member === "") return null;
    return writeView({ board, time: view.time, compare: view.compare, where: [{ dimension, op: "in", values: [String(member)] }] }, false);
  };
}

/** A member's name, as a link where it has a page of its own. */
export function Member({ dimension, member, text }: { dimension: string; member: unknown; text: string }) {
  const page = useMemberPage()(dimension, member);
  return page ? <a className="member" href={page} onClick={follow}>{text}</a> : <>{text}</>;
}
