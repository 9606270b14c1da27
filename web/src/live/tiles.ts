/** The newest payload of every tile of the open view. A tile's part of the page is told only when that tile changed. */
import type { Frame, TilePayload } from "../api/contracts";

export interface TileNow {
  payload: TilePayload;
  /** When it reached this page (ms of the page's clock), and how old its figures were then. */
  received: number;
  ageThen: number;
  /** Counts changes, from 1. */
  version: number;
}

export class TileStore {
  private readonly tiles = new Map<string, TileNow>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly anyone = new Set<() => void>();
  private newest: TileNow | null = null;
  frameAt = "";
  /** The report's zone, as the last answer told it. */
  static zone = "";

  /** Takes a frame, whole or of changed tiles only. Sequences may begin anew when the server was restarted: the last to come counts. */
  take(frame: Frame, now: number = Date.now()): void {
    this.frameAt = frame.at;
    for (const payload of frame.tiles) {
      const asOf = payload.freshness?.as_of ? Date.parse(payload.freshness.as_of) : Number.NaN;
      const age = Number.isNaN(asOf) ? 0 : Math.max(0, Date.parse(frame.at) - asOf);
      const tile = { payload, received: now, ageThen: age, version: (this.tiles.get(payload.tile)?.version ?? 0) + 1 };
      this.tiles.set(payload.tile, tile);
      const newest = this.newest;
      const dated = !Number.isNaN(asOf);
      if (!newest || (dated && (!newest.payload.freshness?.as_of || now - age >= newest.received - newest.ageThen))) this.newest = tile;
      const { zone } = Object.values(payload.answers ?? {})[0]?.period ?? {};
      if (zone) TileStore.zone = zone;
      for (const listener of this.listeners.get(payload.tile) ?? []) listener();
    }
    for (const listener of this.anyone) listener();
  }

  get(tile: string): TileNow | null {
    return this.tiles.get(tile) ?? null;
  }

  latest(): TileNow | null {
    return this.newest;
  }

  subscribe(tile: string, listener: () => void): () => void {
    const set = this.listeners.get(tile) ?? new Set();
    this.listeners.set(tile, set.add(listener));
    return () => set.delete(listener);
  }

  subscribeAny(listener: () => void): () => void {
    this.anyone.add(listener);
    return () => this.anyone.delete(listener);
  }
}
