/** What the pages about people, accounts and links ask of the server. */
import { again, client, keepToken, told, type Told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Person = Schemas["PersonModel"];
export type Team = Schemas["TeamModel"];
export type Rules = Schemas["RulesModel"];
export type Sight = Schemas["SightModel"];
export type Role = Person["role"];
export type Invitation = Schemas["InvitationModel"];
export type Wall = Schemas["WallModel"];
export type NewLink = Schemas["NewLink"];
export type Offer = Schemas["OfferModel"];
export type SignedIn = Schemas["SessionInfoModel"];
export type NewFactor = Schemas["NewFactorModel"];

const gone = (ask: () => Promise<unknown>) => again(() => ask() as Promise<Told<undefined>>);

export const peopleApi = {
  people: () => told(client.GET("/api/v1/people")),
  change: (id: string, body: Schemas["PersonChange"]) => again(() => client.PATCH("/api/v1/people/{account_id}", { params: { path: { account_id: id } }, body })),
  endSessions: (id: string) => gone(() => client.DELETE("/api/v1/people/{account_id}/sessions", { params: { path: { account_id: id } } })),
  teams: () => told(client.GET("/api/v1/teams")),
  makeTeam: (body: Schemas["TeamChange"]) => again(() => client.POST("/api/v1/teams", { body })),
  changeTeam: (id: string, body: Schemas["TeamChange"]) => again(() => client.PUT("/api/v1/teams/{team_id}", { params: { path: { team_id: id } }, body })),
  removeTeam: (id: string) => gone(() => client.DELETE("/api/v1/teams/{team_id}", { params: { path: { team_id: id } } })),
  invitations: () => told(client.GET("/api/v1/invitations")),
  invite: (body: Schemas["NewInvitation"]) => again(() => client.POST("/api/v1/invitations", { body })),
  revokeInvitation: (id: string) => gone(() => client.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })),
  offer: (token: string) => told(client.POST("/api/v1/invitations/look", { body: { token } })),
  accept: (token: string, name: string, passphrase: string) => told(client.POST("/api/v1/invitations/accept", { body: { token, name, passphrase } })).then(keepToken),
  walls: () => told(client.GET("/api/v1/walls")),
  makeWall: (body: Schemas["NewWall"]) => again(() => client.POST("/api/v1/walls", { body })),
  revokeWall: (id: string) => gone(() => client.DELETE("/api/v1/walls/{wall_id}", { params: { path: { wall_id: id } } })),
  openWall: (token: string) => told(client.POST("/api/v1/walls/open", { body: { token } }) as Promise<Told<undefined>>),
  shares: (board: string) => told(client.GET("/api/v1/boards/{board}/shares", { params: { path: { board } } })),
  share: (board: string, subjects: string[]) => again(() => client.PUT("/api/v1/boards/{board}/shares", { params: { path: { board } }, body: { subjects } })),
  ways: () => told(client.GET("/api/v1/session/ways")),
  sessions: () => told(client.GET("/api/v1/sessions")),
  endSession: (id: string) => gone(() => client.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
  endAllSessions: () => gone(() => client.DELETE("/api/v1/sessions")),
  changePassphrase: (current: string, next: string) => gone(() => client.PUT("/api/v1/me/passphrase", { body: { current, new: next } })),
  newFactor: () => again(() => client.POST("/api/v1/me/second-factor")),
  keepFactor: (secret: string, code: string, passphrase: string) => again(() => client.PUT("/api/v1/me/second-factor", { body: { secret, code, passphrase } })),
  newCodes: (passphrase: string) => again(() => client.POST("/api/v1/me/second-factor/codes", { body: { passphrase } })),
  factorOff: (passphrase: string) => gone(() => client.POST("/api/v1/me/second-factor/off", { body: { passphrase } })),
};
