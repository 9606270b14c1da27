/** What the pages of targets ask of the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type TargetList = Schemas["TargetList"];
export type Progress = TargetList["targets"][number];
export type Target = Progress["target"];
export type OpenedTarget = Schemas["OpenedTarget"];
export type TargetDay = NonNullable<OpenedTarget["progress"]["days"]>[number];
export type TargetsRead = Schemas["TargetsRead"];
export type CurveDay = { day: string; value: string };
export type Scope = { dimension: string; op: "in" | "=" | "!=" | "not_in" | "is_empty" | "is_not_empty"; values: string[] };
export type Shape = "last_year" | "flat" | "given";
export interface NewTarget { name: string; metric: string; since: string; until: string; value: string; where: Scope[]; shape: Shape; curve: CurveDay[]; team: string }

const at = (target: string) => ({ params: { path: { target } } });
type Edit = Schemas["TargetEdit-Input"];

export const targetsApi = {
  all: (archived = false) => told(client.GET("/api/v1/targets", { params: { query: { archived } } })),
  open: (target: string) => told(client.GET("/api/v1/targets/{target}", at(target))),
  make: (target: NewTarget) => again(() => client.POST("/api/v1/targets", { body: target as unknown as Schemas["NewTarget-Input"] })),
  change: (target: string, base: number, body: { target?: NewTarget; archived?: boolean }) => again(() => client.PATCH("/api/v1/targets/{target}", { ...at(target), body: { base, ...body } as unknown as Edit })),
  bring: (text: string, keep: boolean) => again(() => client.POST("/api/v1/targets/import", { body: { text, keep } })),
  curve: (text: string) => again(() => client.POST("/api/v1/targets/curve", { body: { text } })),
};
