/** Folders of the server whose new files are imported by themselves. */
import { again, client, told, type Told } from "./client";
import type { components } from "./schema";

export type WatchedFolders = components["schemas"]["WatchedFolders"];
export type WatchedFolder = components["schemas"]["WatchedFolder"];
export type WatchedFile = components["schemas"]["WatchedFile"];
export type NewWatch = components["schemas"]["NewWatch-Input"];

export const watching = {
  all: () => told(client.GET("/api/v1/watched-folders")),
  add: (body: NewWatch) => again(() => client.POST("/api/v1/watched-folders", { body })),
  remove: (folder: string) => again(() => client.DELETE("/api/v1/watched-folders/{folder}", { params: { path: { folder } } }) as Promise<Told<undefined>>),
};
