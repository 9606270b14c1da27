/** What the pages of channels ask of the server. */
import { again, client, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type ChannelList = Schemas["ChannelList"];
export type Channel = ChannelList["channels"][number];
export type ChannelTerms = Channel["terms"];
export type SentMessage = Schemas["SentMessage"];
export type LinkLook = Schemas["LinkLook"];

const asBody = (terms: ChannelTerms) => terms as Schemas["ChannelTerms-Input"];
const at = (channel: string) => ({ params: { path: { channel } } });

export const channelsApi = {
  all: () => told(client.GET("/api/v1/alert-channels")),
  make: (terms: ChannelTerms) => again(() => client.POST("/api/v1/alert-channels", { body: asBody(terms) })),
  change: (channel: string, base: number, terms: ChannelTerms) => again(() => client.PATCH("/api/v1/alert-channels/{channel}", { ...at(channel), body: { base, terms: asBody(terms) } })),
  remove: (channel: string) => again(() => client.DELETE("/api/v1/alert-channels/{channel}", at(channel))),
  tryOut: (channel: string) => again(() => client.POST("/api/v1/alert-channels/{channel}/trial", at(channel))),
  messages: (channel: string) => told(client.GET("/api/v1/alert-channels/{channel}/messages", at(channel))),
  look: (token: string) => told(client.POST("/api/v1/alert-channels/links/look", { body: { token } })),
  use: (token: string) => told(client.POST("/api/v1/alert-channels/links/use", { body: { token } })),
};
