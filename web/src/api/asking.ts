/** Questions in words. */
import { again, client } from "./client";
import type { Query } from "./contracts";
import type { components } from "./schema";

export interface Meaning {
  query: Query;
  words: Record<string, string>;
}
export type Understanding = Omit<components["schemas"]["Understanding"], "meaning" | "others"> & { meaning: Meaning; others?: Meaning[] };

export const ask = (sentence: string) => again(() => client.POST("/api/v1/ask", { body: { sentence } })).then((answer) => answer as unknown as Understanding);
