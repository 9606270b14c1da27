/** What the pages of decisions ask of the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";
import type { Scope } from "./targets";

type Schemas = components["schemas"];
export type DecisionList = Schemas["DecisionList"];
export type Decision = DecisionList["decisions"][number];
export type OpenedDecision = Schemas["OpenedDecision"];
export type Effect = NonNullable<Decision["effect"]>;
export type Kind = "price" | "stock" | "offer" | "budget" | "page" | "supply" | "other";
export type State = Decision["state"];
export interface Option { id: string; title: string; effect: string; effect_lo: string; effect_hi: string; cost: string; confidence: "" | "low" | "middle" | "high"; source: string }
export interface Goal { metric: string; where: Scope[]; expected: string; begins: string; review: string; better: "more" | "less" }
export interface Task { text: string; owner: string; due: string; done: boolean; card: string }
export interface NewDecision { question: string; kind: Kind; team: string; options: Option[]; goal: Goal; trigger?: { kind: "alert" | "analysis" | "target" | "tile" | "none"; id: string; title: string } }
export interface Change { base: number; question?: string; kind?: Kind; team?: string; options?: Option[]; goal?: Goal; tasks?: Task[] }

const at = (decision: string) => ({ params: { path: { decision } } });

export const decisionsApi = {
  all: (query: { text?: string; team?: string; metric?: string; kind?: string }) => told(client.GET("/api/v1/decisions", { params: { query } })),
  open: (decision: string) => told(client.GET("/api/v1/decisions/{decision}", at(decision))),
  make: (decision: NewDecision, alert: string) => again(() => client.POST("/api/v1/decisions", { body: { decision, alert } as unknown as Schemas["AskedDecision-Input"] })),
  change: (decision: string, body: Change) => again(() => client.PATCH("/api/v1/decisions/{decision}", { ...at(decision), body: body as unknown as Schemas["DecisionChange-Input"] })),
  step: (decision: string, body: { base: number; to: State; chosen?: string; reasons?: string }) => again(() => client.POST("/api/v1/decisions/{decision}/steps", { ...at(decision), body: body as Schemas["DecisionStep-Input"] })),
  approve: (decision: string, base: number) => again(() => client.POST("/api/v1/decisions/{decision}/approval", { ...at(decision), body: { base } })),
  say: (decision: string, stance: "agree" | "object", why: string) => again(() => client.POST("/api/v1/decisions/{decision}/said", { ...at(decision), body: { stance, why } })),
  measure: (decision: string) => again(() => client.POST("/api/v1/decisions/{decision}/effect", at(decision))),
};
