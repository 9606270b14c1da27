/** Rows of the quarantine, opened to be mended. */
import { again, client, told } from "./client";
import type { components } from "./schema";

export type MendRows = components["schemas"]["MendRows"];
export type MendRow = components["schemas"]["MendRow"];
export type Replayed = components["schemas"]["Replayed"];

const of = (id: string) => ({ params: { path: { import_id: id } } });

export const mending = {
  rows: (id: string) => told(client.GET("/api/v1/quarantine/{import_id}/rows", of(id))),
  replay: (id: string, rows: Record<string, Record<string, string>>) => again(() => client.POST("/api/v1/quarantine/{import_id}/replay", { ...of(id), body: { rows } })),
};
