/** What people say about tiles. */
import { again, client, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type RemarksAnswer = Schemas["RemarksAnswer"];
export type Remark = RemarksAnswer["remarks"][number];
export interface NewRemark { tile: string; text: string; since: string; until: string; snapshot: string }

const at = (board: string) => ({ params: { path: { board } } });

export const remarksApi = {
  mine: () => told(client.GET("/api/v1/remarks/mine")),
  of: (board: string) => told(client.GET("/api/v1/boards/{board}/remarks", at(board))),
  say: (board: string, remark: NewRemark) => again(() => client.POST("/api/v1/boards/{board}/remarks", { ...at(board), body: remark })),
  takeBack: (board: string, remark: string) => again(() => client.DELETE("/api/v1/boards/{board}/remarks/{remark}", { params: { path: { board, remark } } })),
};
