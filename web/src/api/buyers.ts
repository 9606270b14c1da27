/** Buyers in groups. */
import { again, client } from "./client";
import type { components } from "./schema";

export type BuyerGroups = components["schemas"]["BuyerGroups"];
export interface BuyerQuestion {
  kind: "segments" | "cohorts";
  days?: number;
  every?: "week" | "month" | "quarter" | "year";
}

export const buyerGroups = (asked: BuyerQuestion) => again(() => client.POST("/api/v1/buyers/groups", { body: asked as never })).then((answer) => answer as BuyerGroups);
