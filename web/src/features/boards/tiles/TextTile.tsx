import { useWords } from "../context";
import type { TileParts } from "../kinds";

/** A few sentences that belong to the board; plain text, blank lines divide paragraphs. */
export function TextTile({ spec, head }: TileParts) {
  const words = useWords();
  const text = words.pick(spec.options?.text as Record<string, string> | undefined);
  return <>{head()}<div className="prose">{text.split(/\n{2,}/).map((part, index) => <p key={index}>{part}</p>)}</div></>;
}
