/** The page's end of the stream: through the shared worker, or in the page where the browser has none. */
import { BoardStream, type StreamMessage } from "./stream";

type Listener = (message: StreamMessage) => void;

interface Link {
  watch(views: string[]): void;
  again(): void;
}

const listeners = new Set<Listener>();
let link: Link | null = null;

function emit(message: StreamMessage): void {
  for (const listener of [...listeners]) listener(message);
}

function inPage(): Link {
  const stream = new BoardStream(emit);
  return { watch: (views) => stream.watch("page", views), again: () => stream.again() };
}

function inWorker(): Link {
  const worker = new SharedWorker(new URL("./stream.worker.ts", import.meta.url), { type: "module", name: "castanea-stream" });
  const { port } = worker;
  port.onmessage = ({ data }: MessageEvent<StreamMessage>) => emit(data);
  port.start();
  addEventListener("pagehide", () => port.postMessage({ type: "bye" }));
  return { watch: (views) => port.postMessage({ type: "watch", views }), again: () => port.postMessage({ type: "again" }) };
}

function connect(): Link {
  if (!link) {
    try {
      link = typeof SharedWorker === "undefined" ? inPage() : inWorker();
    } catch {
      link = inPage();
    }
    addEventListener("online", () => link?.again());
  }
  return link;
}

/** Watches these views until the next call; an empty list ends the stream of this tab. */
export function watchViews(views: string[]): void {
  connect().watch(views);
}

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
