/** The shared worker: one connection to the server for all tabs of this browser. */
import { BoardStream, type StreamMessage } from "./stream";

interface WorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

const ports = new Map<string, { port: MessagePort; views: Set<string> }>();
let next = 0;

const stream = new BoardStream((message: StreamMessage, view?: string) => {
  for (const { port, views } of ports.values()) {
    if (view === undefined || views.has(view)) port.postMessage(message);
  }
});

(self as unknown as WorkerScope).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const reader = String(next++);
  ports.set(reader, { port, views: new Set() });
  port.onmessage = ({ data }: MessageEvent<{ type: string; views?: string[] }>) => {
    if (data.type === "watch") {
      ports.set(reader, { port, views: new Set(data.views) });
      stream.watch(reader, data.views ?? []);
      port.postMessage(stream.current());
    } else if (data.type === "again") {
      stream.again();
    } else if (data.type === "bye") {
      ports.delete(reader);
      stream.watch(reader, []);
    }
  };
  port.start();
};
