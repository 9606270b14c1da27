/** One EventSource for all views that are watched. It runs in the shared worker, or in the page where there is none. */
import type { Frame } from "../api/contracts";

export type LinkState = "open" | "reconnecting" | "closed";

export type StreamMessage =
  | { type: "frame"; frame: Frame }
  | { type: "link"; state: LinkState; since: number }
  /** The server refused the stream (a view it no longer knows, or a session that ended): open the views again. */
  | { type: "reopen" }
  | { type: "signed-out" }
  | { type: "load"; state: unknown };

const CLOSED = 2;
const GATHER_MS = 30;
const REOPEN_MS = 1000;

export class BoardStream {
  private source: EventSource | null = null;
  private watched = new Map<string, Set<string>>();
  private connected = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private state: LinkState = "closed";
  private since = Date.now();

  constructor(
    private readonly emit: (message: StreamMessage, view?: string) => void,
    private readonly open: (url: string) => EventSource = (url) => new EventSource(url),
  ) {}

  /** A reader (tab) watches exactly these views from now on. */
  watch(reader: string, views: string[]): void {
    if (views.length) this.watched.set(reader, new Set(views));
    else this.watched.delete(reader);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(false), GATHER_MS);
  }

  /** Connects anew now, for example when the machine woke up. */
  again(): void {
    if (this.state !== "open") this.connect(true);
  }

  current(): StreamMessage {
    return { type: "link", state: this.state, since: this.since };
  }

  private views(): string[] {
    return [...new Set([...this.watched.values()].flatMap((views) => [...views]))].sort();
  }

  private connect(force: boolean): void {
    const views = this.views();
    const key = views.join(",");
    if (!force && key === this.connected && this.source && this.source.readyState !== CLOSED) return;
    const old = this.source;
    this.connected = key;
    this.source = null;
    if (!views.length) {
      old?.close();
      this.set("closed");
      return;
    }
    const query = new URLSearchParams(views.map((view) => ["view", view]));
    const source = this.open(`/api/v1/stream?${query}`);
    this.source = source;
    // The old connection ends when the new one stands, so that no view is left unwatched between them.
    const settle = () => old?.close();
    source.addEventListener("open", () => {
      settle();
      this.set("open");
    });
    source.addEventListener("error", settle);
    source.addEventListener("frame", (event) => {
      this.set("open");
      const frame = JSON.parse((event as MessageEvent<string>).data) as Frame;
      this.emit({ type: "frame", frame }, frame.view);
    });
    source.addEventListener("state", (event) => this.emit({ type: "load", state: JSON.parse((event as MessageEvent<string>).data) }));
    source.addEventListener("gone", () => {
      this.connected = ""; // opened again, the view may have the same name: it still needs a new connection
      this.emit({ type: "reopen" });
    });
    source.addEventListener("bye", (event) => this.farewell((event as MessageEvent<string>).data));
    source.addEventListener("error", () => this.failed(source));
  }

  private farewell(data: string): void {
    const { reason } = JSON.parse(data) as { reason?: string };
    if (reason === "signed_out") this.emit({ type: "signed-out" });
  }

  private failed(source: EventSource): void {
    if (source !== this.source) return;
    this.set("reconnecting");
    if (source.readyState !== CLOSED) return; // the browser tries again by itself
    this.source = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.emit({ type: "reopen" }), REOPEN_MS);
  }

  private set(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.since = Date.now();
    this.emit(this.current());
  }
}
