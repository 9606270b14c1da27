/** What the pages of alerts ask of the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type AlertList = Schemas["AlertList"];
export type Alert = AlertList["alerts"][number];
export type Rule = Alert["rule"];
export type OpenedAlert = Schemas["OpenedAlert"];
export type Step = OpenedAlert["story"]["steps"][number];
export type AlertRules = Schemas["AlertRules"];
export type KeptRule = AlertRules["rules"][number];
export type ReadyAlert = Schemas["ReadyAlert"];
export type Preview = Schemas["AlertPreview"];
export type Deed = { kind: "acknowledge" | "assign" | "snooze" | "comment" | "close"; to?: string; minutes?: number; text?: string };

const at = (alert: string) => ({ params: { path: { alert } } });
const asBody = (rule: Rule) => rule as unknown as Schemas["AlertRule-Input"];

export const alertsApi = {
  all: (every = false) => told(client.GET("/api/v1/alerts", { params: { query: { every } } })),
  open: (alert: string) => told(client.GET("/api/v1/alerts/{alert}", at(alert))),
  act: (alert: string, deed: Deed) => again(() => client.POST("/api/v1/alerts/{alert}/deeds", { ...at(alert), body: deed as Schemas["AlertDeed-Input"] })),
  rules: (archived = false) => told(client.GET("/api/v1/alerts/rules", { params: { query: { archived } } })),
  ready: () => told(client.GET("/api/v1/alerts/ready")),
  make: (rule: Rule) => again(() => client.POST("/api/v1/alerts/rules", { body: asBody(rule) })),
  change: (rule: string, base: number, body: { rule?: Rule; archived?: boolean }) => again(() => client.PATCH("/api/v1/alerts/rules/{rule}", { params: { path: { rule } }, body: { base, ...body } as unknown as Schemas["RuleEdit-Input"] })),
  preview: (rule: Rule) => told(client.POST("/api/v1/alerts/rules/preview", { body: asBody(rule) })),
};
