/** Why a measure of a tile cannot be known: nothing that it is counted from was ever imported, or no sale has a cost. */
import type { TilePayload } from "../../api/contracts";
import { only, valueOf, type Measure } from "./answers";
import { useWords } from "./context";

interface Table {
  table: string;
  labels: Record<string, string>;
}

/** Gives a sentence for what is unknown, and nothing for what has a figure. */
export function useUnknown(payload: TilePayload): (of: Measure) => string {
  const words = useWords();
  const absent = (payload.extra?.absent ?? {}) as Record<string, Table[]>;
  const main = payload.answers.main;
  const costless = main?.notes?.some((note) => note.code === "without_cost" && Number(note.values?.share ?? 0) >= 1) ?? false;
  return (of) => {
    const tables = absent[of.metric];
    if (tables) return words.t("compare.absent", { tables: tables.map((each) => words.inside(words.pick(each.labels))).join(words.locale === "zh-CN" ? "或" : " or ") });
    return costless && main?.rows.length === 1 && valueOf(only(main), of) === null ? words.t("compare.no_cost") : "";
  };
}
