/** Files brought through the browser: sent with progress, looked at, imported as jobs of the server. */
import { again, client, csrfToken, told, type Told } from "./client";
import { problemFrom } from "./problem";
import type { components } from "./schema";

export type ImportJob = components["schemas"]["ImportJob"];
export type FileLook = components["schemas"]["FileLook"];
export type ImportWish = Partial<components["schemas"]["ImportWish-Input"]>;
export type ImportStands = components["schemas"]["ImportStands"];

const of = (number: string) => ({ params: { path: { number } } });
const wished = (wish: ImportWish) => wish as components["schemas"]["ImportWish-Input"];

export const uploads = {
  all: () => told(client.GET("/api/v1/uploads")),
  look: (number: string, wish: ImportWish) => again(() => client.POST("/api/v1/uploads/{number}/look", { ...of(number), body: wished(wish) })),
  begin: (number: string, wish: ImportWish) => again(() => client.POST("/api/v1/uploads/{number}/import", { ...of(number), body: wished(wish) })),
  cancel: (number: string) => again(() => client.POST("/api/v1/uploads/{number}/cancel", of(number))),
  remove: (number: string) => again(() => client.DELETE("/api/v1/uploads/{number}", of(number)) as Promise<Told<undefined>>),
  keepFormat: (number: string, wish: ImportWish, name: string) => again(() => client.POST("/api/v1/uploads/{number}/format", { params: { path: { number }, query: { name } }, body: wished(wish) })),
  undo: (importId: string) => again(() => client.POST("/api/v1/imports/{import_id}/undo", { params: { path: { import_id: importId } } })),
  redo: (importId: string) => again(() => client.POST("/api/v1/imports/{import_id}/redo", { params: { path: { import_id: importId } } })),
};

/** Send a file; `moved` hears the share that has left (0–1). Rejects with a Problem. */
export function send(file: File, moved: (share: number) => void, signal: AbortSignal): Promise<ImportJob> {
  return new Promise((done, refused) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much of a body was sent
    request.open("POST", `/api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Castanea-CSRF", csrfToken());
    request.upload.onprogress = (event) => event.lengthComputable && moved(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? done(request.response as ImportJob) : refused(problemFrom(new Response(null, { status: request.status }), request.response)));
    request.onerror = () => refused(problemFrom(null, null));
    request.onabort = () => refused(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
