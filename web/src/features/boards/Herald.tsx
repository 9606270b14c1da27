import { useContext, useEffect, useRef } from "react";
import { announce } from "../../components/announce";
import { say } from "../../format/number";
import { StoreContext } from "../../live/useTile";
import { measure, only, unitIn, valueOf } from "./answers";
import { useBoard, useWords } from "./context";

const AT_MOST_EVERY_MS = 60_000;

/** Tells screen readers the board's leading figure when it has changed, once a minute at most. */
export function Herald() {
  const store = useContext(StoreContext);
  const { board } = useBoard();
  const words = useWords();
  const told = useRef({ at: Date.now(), text: "" });
  const lead = board.tiles.find((tile) => tile.kind === "hero") ?? board.tiles.find((tile) => tile.kind === "number" || tile.kind === "strip");
  useEffect(() => {
    if (!lead) return;
    return store.subscribe(lead.id, () => {
      const main = store.get(lead.id)?.payload.answers.main;
      const of = measure(main);
      if (!of || Date.now() - told.current.at < AT_MOST_EVERY_MS) return;
      const row = only(main);
      const text = `${words.pick(lead.title)}: ${say(valueOf(row, of), unitIn(row, of, main), words.locale)}`;
      if (text === told.current.text) return;
      told.current = { at: Date.now(), text };
      announce(text);
    });
  }, [store, lead, words]);
  return null;
}
