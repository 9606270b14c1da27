import { describe, expect, it } from "vitest";
import type { Card, Opened, Told } from "../../api/kanban";
import { isGap, listed, shownOf, withChange, withMove } from "./state";

const card = (id: string, rank: string, more: Partial<Card> = {}): Card => ({ id, list: "todo", rank, version: 1, touched: {}, title: id, description: "", assignees: [], labels: [], due: "", steps: [], links: [], comments: 0, archived: false, created_at: "", created_by: "", ...more });
const opened = (cards: Card[]): Opened => ({ board: { id: "b", title: "B", lists: [{ id: "todo", title: "To do", limit: 0 }, { id: "done", title: "Done", limit: 0 }], labels: [], fields: [], version: 1, sequence: 5, archived: false, created_at: "", created_by: "" }, cards, people: [], share: "kanban-b" });
const told = (sequence: number, changed: Card): Told => ({ sequence, by: "x", kind: "edited", board: null, card: changed }) as Told;
const names = (shown: ReturnType<typeof shownOf>, list: string) => (listed(shown, () => true).get(list) ?? []).map((each) => each.id);

describe("a board that others change", () => {
  const shown = shownOf(opened([card("b", "V"), card("a", "A"), card("c", "Va"), card("old", "B", { archived: true })]));

  it("shows the cards in the order of their ranks, without the archive", () => {
    expect(names(shown, "todo")).toEqual(["a", "b", "c"]);
  });

  it("takes a newer version of a card and leaves an older one", () => {
    const newer = withChange(shown, told(6, card("a", "A", { version: 6, title: "new" })));
    expect(withChange(newer, told(6, card("a", "A", { version: 2, title: "old" }))).cards.get("a")?.title).toBe("new");
  });

  it("knows when a change was missed", () => {
    expect([isGap(shown, told(6, card("a", "A"))), isGap(shown, told(7, card("a", "A")))]).toEqual([false, true]);
  });

  it("shows a move at once, where the server will put it", () => {
    expect(names(withMove(shown, card("c", "Va"), "todo", "b"), "todo")).toEqual(["a", "c", "b"]);
    expect(names(withMove(shown, card("a", "A"), "done", ""), "done")).toEqual(["a"]);
    expect(names(withMove(shown, card("a", "A"), "todo", ""), "todo")).toEqual(["b", "c", "a"]);
  });
});
