/** The one door to the server: typed by its OpenAPI document, with the session's CSRF token on every change. */
import createClient, { type Middleware } from "openapi-fetch";
import { settings } from "../app/settings";
import { problemFrom } from "./problem";
import type { components, paths } from "./schema";

export type Session = components["schemas"]["SessionModel"];
export type Me = components["schemas"]["Me"];
export type WriteKey = components["schemas"]["WriteKeyModel"];
export type Status = components["schemas"]["Status"];

let csrf = "";
let onSignedOut: () => void = () => undefined;

export function keepToken(session: Session): Session {
  csrf = session.csrf;
  return session;
}

/** For requests that do not pass this door (a file sent with progress). */
export function csrfToken(): string {
  return csrf;
}

/** What to do when the server says that nobody is signed in (any more). */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

const door: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", settings().language);
    if (request.method !== "GET") request.headers.set("X-Castanea-CSRF", csrf || "sign-in");
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== "/api/v1/session") onSignedOut();
  },
};

export const client = createClient<paths>({ baseUrl: typeof window === "undefined" ? "http://localhost" : window.location.origin });
client.use(door);

export interface Told<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or a Problem: with the server's words, or without any when it cannot be reached. */
export async function told<T>(asked: Promise<Told<T>>): Promise<T> {
  let answer: Told<T>;
  try {
    answer = await asked;
  } catch {
    throw problemFrom(null, null);
  }
  if (!answer.response.ok) throw problemFrom(answer.response, answer.error);
  return answer.data as T;
}

/** A change whose token was of an earlier session is sent once more with the present one. */
export async function again<T>(ask: () => Promise<Told<T>>): Promise<T> {
  try {
    return await told(ask());
  } catch (problem) {
    if ((problem as { code?: string }).code !== "access.csrf") throw problem;
    keepToken(await told(client.GET("/api/v1/session")));
    return told(ask());
  }
}

export const api = {
  session: () => told(client.GET("/api/v1/session")).then(keepToken),
  signIn: (name: string, passphrase: string, code = "") => told(client.POST("/api/v1/session", { body: { name, passphrase, code } })).then(keepToken),
  signOut: () => again(() => client.DELETE("/api/v1/session") as Promise<Told<undefined>>),
  savePreferences: (preferences: components["schemas"]["PreferencesModel"]) => again(() => client.PUT("/api/v1/me", { body: preferences })),
  boards: () => told(client.GET("/api/v1/boards")),
  changes: (board: string) => told(client.GET("/api/v1/boards/{board}/changes", { params: { path: { board } } })),
  catalog: () => told(client.GET("/api/v1/catalog")),
  status: () => told(client.GET("/api/v1/status")),
  openView: (view: components["schemas"]["View-Input"]) => again(() => client.POST("/api/v1/views", { body: view })),
  query: (query: components["schemas"]["Query-Input"]) => again(() => client.POST("/api/v1/query", { body: query })),
  imports: () => told(client.GET("/api/v1/imports", { params: { query: { limit: 100 } } })),
  quarantine: () => told(client.GET("/api/v1/quarantine", { params: { query: { limit: 200 } } })),
  writeKeys: () => told(client.GET("/api/v1/write-keys")),
  createWriteKey: (name: string) => again(() => client.POST("/api/v1/write-keys", { body: { name } })),
  revokeWriteKey: (id: string) => again(() => client.DELETE("/api/v1/write-keys/{key_id}", { params: { path: { key_id: id } } })),
};
