/** Boards that people make and change. */
import { again, client, told, type Told } from "./client";
import type { BoardSpec } from "./contracts";
import type { components } from "./schema";

export type ShelfBoard = components["schemas"]["ShelfBoard"];
export type BoardVersion = components["schemas"]["BoardVersionModel"];
type Sent = components["schemas"]["NewBoard-Input"];

const of = (board: string) => ({ params: { path: { board } } });
const sent = (board: BoardSpec) => board as unknown as Sent["board"];
const spec = (answer: { board: unknown }) => answer.board as BoardSpec;

export const ownBoards = {
  shelf: () => told(client.GET("/api/v1/shelf")),
  get: (board: string) => told(client.GET("/api/v1/boards/{board}", of(board))).then((answer) => answer as unknown as BoardSpec),
  create: (board: BoardSpec, folder = "") => again(() => client.POST("/api/v1/boards", { body: { board: sent(board), folder } })).then(spec),
  save: (base: BoardSpec, board: BoardSpec) => again(() => client.PUT("/api/v1/boards/{board}", { ...of(board.id), body: { base: sent(base), board: sent(board) } })).then((answer) => ({ board: spec(answer), merged: answer.merged ?? false })),
  place: (board: string, place: { folder?: string; archived?: boolean }) => again(() => client.PATCH("/api/v1/boards/{board}", { ...of(board), body: { folder: place.folder ?? null, archived: place.archived ?? null } })),
  remove: (board: string) => again(() => client.DELETE("/api/v1/boards/{board}", of(board)) as Promise<Told<undefined>>),
  favourite: (board: string, favourite: boolean) => again(() => client.PUT("/api/v1/boards/{board}/favourite", { ...of(board), body: { favourite } })),
  versions: (board: string) => told(client.GET("/api/v1/boards/{board}/versions", of(board))),
  restore: (board: string, version: number) => again(() => client.POST("/api/v1/boards/{board}/restore", { ...of(board), body: { version } })).then(spec),
  editors: (board: string, here: boolean) => again(() => client.POST("/api/v1/boards/{board}/editors", { params: { path: { board }, query: { here } } })),
  importYaml: (text: string) => again(() => client.POST("/api/v1/boards/yaml", { body: text, bodySerializer: (body: unknown) => body as string, headers: { "Content-Type": "application/yaml" } })).then(spec),
};
