// The stream of a run's lines: one at a time, none while hidden, each line once, whatever breaks.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LineStream, type RunNews } from "./line-stream.ts";

/** What a browser's does, driven by the test. */
class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }

  close(): void {
    this.isClosed = true;
  }

  line(number: number): void {
    this.onmessage!(new MessageEvent("message", { data: `line ${number}`, lastEventId: `${number}` }));
  }

  send(type: string, data: string, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

const latest = () => FakeSource.all.at(-1)!;
const open = () => FakeSource.all.filter(({ isClosed }) => !isClosed);

function watched() {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const told: string[] = [];
  const listener = {
    line: (text: string, number: number) => told.push(`${number} ${text}`),
    reset: () => told.push("reset"),
    news: ({ status }: RunNews) => told.push(status),
    connected: (is: boolean) => told.push(is ? "connected" : "lost"),
  };
  const EventSource = FakeSource as object as typeof globalThis.EventSource;
  const stream = new LineStream("/events", listener, { EventSource, document });
  const show = (isSeen: boolean) => {
    document.hidden = !isSeen;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  return { stream, told, show };
}

beforeEach(() => {
  FakeSource.all = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells lines, news and resets as they come", () => {
  const { told } = watched();
  expect(latest().url).toBe("/events?after=0");
  latest().onopen!();
  latest().line(1);
  latest().line(2);
  latest().send("run", '{"status":"running"}');
  latest().send("reset", "{}");
  latest().line(1);
  expect(told).toEqual(["connected", "1 line 1", "2 line 2", "running", "reset", "1 line 1"]);
});

it("goes on after the last line, by its mark, where a connection is lost", () => {
  const { told } = watched();
  latest().line(1);
  latest().line(2);
  latest().send("mark", "77", "2");
  latest().onerror!();
  expect(open()).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(open()).toHaveLength(1);
  expect(latest().url).toBe("/events?after=2&crc=77");
  latest().onerror!();
  vi.advanceTimersByTime(999);
  expect(open()).toEqual([]);
  vi.advanceTimersByTime(1);
  latest().onopen!();
  latest().line(3);
  // A mark of an earlier line is none of this one.
  latest().send("mark", "77", "2");
  latest().onerror!();
  vi.advanceTimersByTime(500);
  expect(latest().url).toBe("/events?after=3");
  expect(told.filter((one) => one.includes("line"))).toEqual(["1 line 1", "2 line 2", "3 line 3"]);
});

it("is none while the page is hidden, and misses nothing", () => {
  const { told, show } = watched();
  latest().line(1);
  show(false);
  expect(open()).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(open()).toEqual([]);
  show(true);
  expect(open()).toHaveLength(1);
  expect(latest().url).toBe("/events?after=1");
  show(true);
  expect(open()).toHaveLength(1);
  latest().onerror!();
  show(false);
  vi.advanceTimersByTime(60_000);
  expect(open()).toEqual([]);
  expect(told).toEqual(["1 line 1", "lost"]);
});

it("asks again where a line is missing, rather than to leave it out", () => {
  const { told } = watched();
  latest().line(1);
  latest().line(3);
  expect(open()).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(latest().url).toBe("/events?after=1");
  expect(told).toEqual(["1 line 1"]);
});

it("ends where it is closed", () => {
  const { stream, show } = watched();
  latest().onerror!();
  stream.close();
  vi.advanceTimersByTime(60_000);
  show(true);
  expect(open()).toEqual([]);
});
