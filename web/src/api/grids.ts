/** Input grids: what has no file, typed or pasted, checked by the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";

export type GridPasted = components["schemas"]["GridPasted"];
export type GridFault = components["schemas"]["GridFault"];
export interface GridColumn { name: string; label: string; doc: string; type: string; required: boolean; filled: boolean; values: string[]; labels: string[] }
export interface GridVersion { version: string; time: string; rows: number; undone: boolean; undoes: string }
export interface GridView { table: string; columns: GridColumn[]; rows: string[][]; total: number; versions: GridVersion[] }

const of = (table: string) => ({ params: { path: { table } } });
/** Numbers that are made when they are left empty come last: few people type them. */
function ordered(view: GridView): GridView {
  const isMade = (column: GridColumn | undefined) => Number(column !== undefined && column.filled && column.name.endsWith("_id"));
  const places = view.columns.map((_, place) => place).sort((one, other) => isMade(view.columns[one]) - isMade(view.columns[other]));
  const taken = <T>(items: T[]) => places.map((place) => items[place] as T);
  return { ...view, columns: taken(view.columns), rows: view.rows.map(taken) };
}

const empty = { text: "", undo: "", check: false };

export const grids = {
  all: () => told(client.GET("/api/v1/grids")),
  view: (table: string) => told(client.GET("/api/v1/grids/{table}", of(table))) .then((answer) => ordered(answer as unknown as GridView)),
  check: (table: string, text: string) => again(() => client.POST("/api/v1/grids/{table}", { ...of(table), body: { ...empty, text, check: true } })),
  keep: (table: string, text: string) => again(() => client.POST("/api/v1/grids/{table}", { ...of(table), body: { ...empty, text } })),
  undo: (table: string, version: string) => again(() => client.POST("/api/v1/grids/{table}", { ...of(table), body: { ...empty, undo: version } })),
};
