// The stream of a run's lines: one at a time, none while hidden, each line once, whatever breaks.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LineStream, type RunNews } from "./line-stream.ts";

/** What a browser's does, driven by the test. */
class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
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
    this.send("message", `line ${number}`, `${number}`);
  }

  send(type: string, data: string, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

const latest = () => FakeSource.all.at(-1)!;
const open = () => FakeSource.all.filter(({ isClosed }) => !isClosed);

const listening = (told: string[]) => ({
  line: (text: string, number: number) => told.push(`${number} ${text}`),
  reset: () => told.push("reset"),
  news: ({ status }: RunNews) => told.push(status),
  connected: (is: boolean) => told.push(is ? "connected" : "lost"),
});

function watched(beside?: string[]) {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const told: string[] = [];
  const EventSource = FakeSource as object as typeof globalThis.EventSource;
  const second = beside && { name: "b/c", listener: listening(beside) };
  const stream = new LineStream({ name: "a", listener: listening(told) }, second, { EventSource, document });
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
  expect(latest().url).toBe("/api/runs/a/events?after=0");
  latest().onopen!();
  latest().line(1);
  latest().line(2);
  latest().send("run", '{"status":"running"}');
  latest().send("reset", "{}");
  latest().line(1);
  expect(told).toEqual(["connected", "1 line 1", "2 line 2", "running", "reset", "1 line 1"]);
});

it("takes many lines of one event, whose id is the number of the last", () => {
  const { told } = watched();
  latest().line(1);
  latest().send("message", "line 2\nline 3\nline 4", "4");
  expect(told).toEqual(["1 line 1", "2 line 2", "3 line 3", "4 line 4"]);
  latest().send("message", "line 6\nline 7", "7");
  expect(open()).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(latest().url).toBe("/api/runs/a/events?after=4");
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
  expect(latest().url).toBe("/api/runs/a/events?after=2&crc=77");
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
  expect(latest().url).toBe("/api/runs/a/events?after=3");
  expect(told.filter((one) => one.includes("line"))).toEqual(["1 line 1", "2 line 2", "3 line 3"]);
});

it("carries a second run, each from its own last line", () => {
  const beside: string[] = [];
  const { told } = watched(beside);
  expect(open()).toHaveLength(1);
  expect(latest().url).toBe("/api/runs/a/events?after=0&with=b%2Fc&withAfter=0");
  latest().onopen!();
  latest().line(1);
  latest().send("with:message", "other 1", "1");
  latest().send("with:message", "other 2", "2");
  latest().send("with:mark", "9", "2");
  latest().send("with:run", '{"status":"finished"}');
  latest().line(2);
  latest().onerror!();
  vi.advanceTimersByTime(500);
  expect(latest().url).toBe("/api/runs/a/events?after=2&with=b%2Fc&withAfter=2&withCrc=9");
  latest().send("with:reset", "{}");
  expect(told).toEqual(["connected", "1 line 1", "2 line 2", "lost"]);
  expect(beside).toEqual(["connected", "1 other 1", "2 other 2", "finished", "lost", "reset"]);
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
  expect(latest().url).toBe("/api/runs/a/events?after=1");
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
  expect(latest().url).toBe("/api/runs/a/events?after=1");
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
