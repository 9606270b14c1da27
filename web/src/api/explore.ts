/** The rows behind a number. */
import { again, client, csrfToken } from "./client";
import { settings } from "../app/settings";
import { problemFrom } from "./problem";
import type { components } from "./schema";

export type RowsBehind = components["schemas"]["RowsBehind"];
export type BehindColumn = components["schemas"]["BehindColumn"];
export interface BehindQuestion {
  query: object;
  source?: string;
  offset?: number;
  limit?: number;
}

export const MOST_EXPORTED = 20_000;

export const rowsBehind = (asked: BehindQuestion) => again(() => client.POST("/api/v1/rows", { body: asked as never })).then((answer) => answer as RowsBehind);

/** The rows as a CSV file that the browser keeps; returns how many of how many it holds. */
export async function saveRows(asked: BehindQuestion): Promise<[number, number]> {
  const answer = await fetch("/api/v1/rows/csv", { method: "POST", headers: { "Content-Type": "application/json", "X-Castanea-CSRF": csrfToken(), "Accept-Language": settings().language }, body: JSON.stringify({ ...asked, offset: 0, limit: MOST_EXPORTED }) });
  if (!answer.ok) throw problemFrom(answer, await answer.json().catch(() => null));
  const [held = 0, total = 0] = (answer.headers.get("X-Castanea-Rows") ?? "").split("/").map(Number);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "rows.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return [held, total];
}
