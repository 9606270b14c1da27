/** A board's cards as they are shown: what the server told, newest version of each, and moves under way. */
import type { Board, Card, Opened, Told } from "../../api/kanban";

export interface Shown {
  board: Board;
  cards: Map<string, Card>;
  people: Map<string, string>;
}

export function shownOf(opened: Opened): Shown {
  return { board: opened.board, cards: new Map(opened.cards.map((card) => [card.id, card])), people: new Map(opened.people.map((each) => [each.id, each.name])) };
}

/** Whether changes before this one were missed: then the board has to be read again. */
export function isGap(shown: Shown, told: Told): boolean {
  return told.sequence > shown.board.sequence + 1;
}

/** The board with a change; an older one than is shown changes nothing. */
export function withChange(shown: Shown, told: Told): Shown {
  const sequence = Math.max(shown.board.sequence, told.sequence);
  const base = told.board && told.board.version >= shown.board.version ? told.board : shown.board;
  const known = told.card ? shown.cards.get(told.card.id) : undefined;
  const cards = told.card && (!known || told.card.version >= known.version) ? new Map(shown.cards).set(told.card.id, told.card) : shown.cards;
  return { ...shown, board: { ...base, sequence }, cards };
}

const before = (one: Card, other: Card) => (one.rank < other.rank ? -1 : one.rank > other.rank ? 1 : one.id < other.id ? -1 : 1);

/** The cards of each list in their order, archived ones left out. */
export function listed(shown: Shown, keep: (card: Card) => boolean): Map<string, Card[]> {
  const lists = new Map<string, Card[]>(shown.board.lists.map((list) => [list.id, []]));
  for (const card of shown.cards.values()) if (!card.archived && keep(card)) lists.get(card.list)?.push(card);
  for (const cards of lists.values()) cards.sort(before);
  return lists;
}

/** The board as it will be once the server has taken a move; "!" sorts before every digit of a rank. */
export function withMove(shown: Shown, card: Card, list: string, next: string): Shown {
  const others = (listed(shown, (each) => each.id !== card.id).get(list) ?? []);
  const place = next ? others.findIndex((each) => each.id === next) : others.length;
  const low = others[(place < 0 ? others.length : place) - 1]?.rank ?? "";
  return { ...shown, cards: new Map(shown.cards).set(card.id, { ...card, list, rank: `${low}!` }) };
}
