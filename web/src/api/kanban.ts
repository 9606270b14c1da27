/** What the kanban pages ask of the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Opened = Schemas["OpenedKanban"];
export type Card = Opened["cards"][number];
export type Board = Opened["board"];
export type Story = Schemas["CardStory"];
export type Told = Schemas["Told"];
/** What is left out stays as it is. */
export type CardChange = Partial<Schemas["CardChange-Input"]> & { base: number };
export type BoardChange = Partial<Schemas["BoardChange-Input"]> & { base: number };

const at = (board: string) => ({ params: { path: { board } } });
const on = (board: string, card: string) => ({ params: { path: { board, card } } });

export const kanbanApi = {
  boards: () => told(client.GET("/api/v1/kanban")),
  templates: () => told(client.GET("/api/v1/kanban/templates")),
  make: (title: string, template: string) => again(() => client.POST("/api/v1/kanban", { body: { title, template } })),
  bring: (text: string, title: string) => again(() => client.POST("/api/v1/kanban/import", { body: { text, title } as Schemas["BroughtBoard-Input"] })),
  open: (board: string) => told(client.GET("/api/v1/kanban/{board}", at(board))),
  change: (board: string, body: BoardChange) => again(() => client.PATCH("/api/v1/kanban/{board}", { ...at(board), body: body as Schemas["BoardChange-Input"] })),
  add: (board: string, list: string, title: string, more: Partial<Schemas["NewCard-Input"]> = {}) => again(() => client.POST("/api/v1/kanban/{board}/cards", { ...at(board), body: { list, title, ...more } as Schemas["NewCard-Input"] })),
  changeCard: (board: string, card: string, body: CardChange) => again(() => client.PATCH("/api/v1/kanban/{board}/cards/{card}", { ...on(board, card), body: body as Schemas["CardChange-Input"] })),
  story: (board: string, card: string) => told(client.GET("/api/v1/kanban/{board}/cards/{card}", on(board, card))),
  comment: (board: string, card: string, text: string) => again(() => client.POST("/api/v1/kanban/{board}/cards/{card}/comments", { ...on(board, card), body: { text } })),
};
