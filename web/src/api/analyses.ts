/** Analyses of the warehouse: offered, run, watched, read. */
import { again, client, told, type Told } from "./client";
import type { components } from "./schema";

export type Offer = components["schemas"]["AnalysisOffer"];
export type Field = components["schemas"]["AnalysisField"];
export type Job = components["schemas"]["AnalysisJob"];
export type Result = components["schemas"]["AnalysisResult"];
export type Wish = components["schemas"]["AnalysisWish-Input"];

const of = (number: string) => ({ params: { path: { number } } });

export const analyses = {
  offers: () => told(client.GET("/api/v1/analyses/offers")),
  all: () => told(client.GET("/api/v1/analyses")),
  one: (number: string) => told(client.GET("/api/v1/analyses/{number}", of(number))),
  result: (number: string) => told(client.GET("/api/v1/analyses/{number}/result", of(number))),
  run: (body: Wish) => again(() => client.POST("/api/v1/analyses", { body })),
  cancel: (number: string) => again(() => client.POST("/api/v1/analyses/{number}/cancel", of(number))),
  remove: (number: string) => again(() => client.DELETE("/api/v1/analyses/{number}", of(number)) as Promise<Told<undefined>>),
  table: (number: string) => `/api/v1/analyses/${number}/table.csv.gz`,
};
