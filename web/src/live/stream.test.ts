import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BoardStream, type StreamMessage } from "./stream";

class FakeSource extends EventTarget {
  static made: FakeSource[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    FakeSource.made.push(this);
  }
  close() {
    this.readyState = 2;
  }
  tell(type: string, data?: unknown) {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

describe("the stream", () => {
  let told: StreamMessage[];
  let stream: BoardStream;
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSource.made = [];
    told = [];
    stream = new BoardStream((message) => told.push(message), (url) => new FakeSource(url) as unknown as EventSource);
  });
  afterEach(() => vi.useRealTimers());

  it("opens one connection for the views of all tabs", () => {
    stream.watch("tab 1", ["b"]);
    stream.watch("tab 2", ["a", "b"]);
    vi.runAllTimers();
    expect(FakeSource.made.map((source) => source.url)).toEqual(["/api/v1/stream?view=a&view=b"]);
  });
  it("closes the old connection only when the new one stands", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    const first = FakeSource.made[0] as FakeSource;
    first.tell("open");
    stream.watch("tab", ["b"]);
    vi.runAllTimers();
    expect(first.readyState).not.toBe(2);
    (FakeSource.made[1] as FakeSource).tell("open");
    expect(first.readyState).toBe(2);
  });
  it("passes frames on and says when it reconnects", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    const source = FakeSource.made[0] as FakeSource;
    source.tell("frame", { view: "a", sequence: 1, at: "", tiles: [] });
    source.tell("error");
    expect(told.map((message) => (message.type === "link" ? message.state : message.type))).toEqual(["open", "frame", "reconnecting"]);
  });
  it("asks for the views to be opened again when the server refuses or no longer knows them", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    const source = FakeSource.made[0] as FakeSource;
    source.tell("gone", { view: "a" });
    expect(told.at(-1)).toEqual({ type: "reopen" });
    source.readyState = 2;
    source.tell("error");
    vi.runAllTimers();
    expect(told.at(-1)).toEqual({ type: "reopen" });
  });
  it("connects anew for a view that was gone, also under its old name", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    (FakeSource.made[0] as FakeSource).tell("gone", { view: "a" });
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    expect(FakeSource.made).toHaveLength(2);
  });
  it("says when the session was ended", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    (FakeSource.made[0] as FakeSource).tell("bye", { reason: "signed_out" });
    expect(told.at(-1)).toEqual({ type: "signed-out" });
  });
  it("ends the connection when nobody watches", () => {
    stream.watch("tab", ["a"]);
    vi.runAllTimers();
    stream.watch("tab", []);
    vi.runAllTimers();
    expect((FakeSource.made[0] as FakeSource).readyState).toBe(2);
  });
});
