// The events of a run over HTTP: without gap or repeat, whatever becomes of the connection, the server and the run.
import { appendFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { createRun, type RunWriter } from "../../runs/index.ts";
import { folderPerTest } from "../../runs/test-folder.ts";
import { description, epoch } from "../../runs/test-run.ts";
import { TrainingControl } from "./control.ts";
import { eventsAt, request, type StreamEvent, testLab } from "./test-lab.ts";

folderPerTest();

const place = "runs/a";
const begin = (): Promise<RunWriter> => createRun(description, place);
const urlOf = (port: number, query = "") => `http://127.0.0.1:${port}/api/runs/a/events${query}`;
const fileLines = async () => (await readFile(`${place}/events.jsonl`, "utf8")).split("\n").slice(0, -1);

/** Takes events up to the first one that is `last`, which is in the list. */
async function until(
  events: AsyncGenerator<StreamEvent>,
  last: (event: StreamEvent) => boolean,
): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    if (done) return all;
    all.push(value);
    if (last(value)) return all;
  }
}
const has = (status: string) => (event: StreamEvent) =>
  event.event === "run" && JSON.parse(event.data).status === status;
const isLine = (n: number) => (event: StreamEvent) => event.event === "message" && event.id === `${n}`;
const messages = (events: readonly StreamEvent[]) => events.filter(({ event }) => event === "message");
const asFile = async () => (await fileLines()).map((data, i) => ({ event: "message", id: `${i + 1}`, data }));

describe("a stream of events", () => {
  it("is the lines of the file, as they are written, and what becomes of the run", async () => {
    const run = await begin();
    const { port } = await testLab();
    const answer = await fetch(urlOf(port));
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    await answer.body!.cancel();
    const events = eventsAt(urlOf(port));
    const all = await until(events, has("running"));
    for (let n = 1; n <= 5; n++) {
      run.appendEvent(epoch(n));
      all.push(...(await until(events, isLine(n))));
    }
    await run.finish("finished");
    all.push(...(await until(events, has("finished"))));
    await events.return(undefined);
    expect(messages(all)).toEqual(await asFile());
    expect(all.filter(({ event }) => event === "run").map(({ data }) => JSON.parse(data))).toEqual([
      { status: "running" },
      { status: "finished" },
    ]);
  });

  it("carries a second run, from its own line on, and goes on with the first where there is no second", async () => {
    const run = await begin();
    const other = await createRun(description, "runs/b");
    for (let n = 1; n <= 3; n++) other.appendEvent(epoch(n));
    run.appendEvent(epoch(1));
    const { port } = await testLab();
    const events = eventsAt(urlOf(port, "?after=0&with=b&withAfter=1"));
    const isBesides = (n: number) => (event: StreamEvent) => event.event === "with:message" && event.id === `${n}`;
    const all = await until(events, isBesides(3));
    other.appendEvent(epoch(4));
    all.push(...(await until(events, isBesides(4))));
    run.appendEvent(epoch(2));
    all.push(...(await until(events, isLine(2))));
    await run.finish("finished");
    all.push(...(await until(events, has("finished"))));
    await events.return(undefined);
    expect(messages(all)).toEqual(await asFile());
    const lines = (await readFile("runs/b/events.jsonl", "utf8")).split("\n").slice(1, 4);
    expect(all.filter(({ event }) => event === "with:message").map(({ id, data }) => [id, data])).toEqual(
      lines.map((data, i) => [`${i + 2}`, data]),
    );
    const alone = eventsAt(urlOf(port, "?with=c"));
    const rest = await until(alone, has("finished"));
    await alone.return(undefined);
    expect(messages(rest)).toHaveLength(2);
    expect(rest.find(({ event }) => event === "with:run")?.data).toContain("There is no such run");
  });

  it("waits for the rest of a torn line", async () => {
    await begin();
    await writeFile(`${place}/events.jsonl`, '{"type":"x"}\n{"type":');
    const { port } = await testLab();
    const events = eventsAt(urlOf(port));
    const first = await until(events, has("running"));
    await appendFile(`${place}/events.jsonl`, '"y"}\n');
    const rest = await until(events, isLine(2));
    await events.return(undefined);
    expect([first, rest].map((some) => messages(some).map(({ data }) => data))).toEqual([
      ['{"type":"x"}'],
      ['{"type":"y"}'],
    ]);
  });

  it("goes on after a lost connection, and after a server that is gone", async () => {
    const run = await begin();
    for (let n = 1; n <= 3; n++) run.appendEvent(epoch(n));
    const first = await testLab();
    const all = await until(eventsAt(urlOf(first.port)), isLine(2));
    // What came after is lost with the connection.
    const again = eventsAt(urlOf(first.port), { "Last-Event-ID": all.at(-1)!.id });
    all.push(...(await until(again, isLine(3))));
    await first.close();
    for (const { event } of await until(again, () => false)) expect(["run", "mark"]).toContain(event);
    for (let n = 4; n <= 6; n++) run.appendEvent(epoch(n));
    const second = await testLab({ port: first.port });
    expect(second.port).toBe(first.port);
    const last = eventsAt(urlOf(second.port, "?after=3"));
    all.push(...(await until(last, isLine(6))));
    run.appendEvent(epoch(7));
    await run.finish("finished");
    all.push(...(await until(last, has("finished"))));
    await last.return(undefined);
    expect(messages(all)).toEqual(await asFile());
  });

  it("ends with the server after what is there", async () => {
    const run = await begin();
    const lab = await testLab();
    const events = eventsAt(urlOf(lab.port));
    await until(events, has("running"));
    run.appendEvent(epoch(1));
    await run.finish("interrupted");
    await lab.close();
    const rest = await until(events, () => false);
    expect(messages(rest)).toEqual(await asFile());
    expect(rest.at(-1)).toMatchObject({ event: "run", data: '{"status":"interrupted"}' });
  });

  it("begins anew where the run was cut to a checkpoint, or another stands in its place", async () => {
    const run = await begin();
    for (let n = 1; n <= 3; n++) run.appendEvent(epoch(n));
    const { port } = await testLab();
    const events = eventsAt(urlOf(port));
    await until(events, isLine(3));
    const [line] = await fileLines();
    await truncate(`${place}/events.jsonl`, line!.length + 1);
    const cut = await until(events, isLine(1));
    expect(cut.find(({ event }) => event === "reset")).toMatchObject({ id: "0" });
    await rm(place, { recursive: true });
    await until(events, has("unreadable"));
    const other = await begin();
    other.appendEvent(epoch(9));
    const replaced = await until(events, isLine(1));
    expect(replaced.at(-1)!.data).toBe((await fileLines())[0]);
    await events.return(undefined);
  });

  it("goes on after a line by its mark", async () => {
    const run = await begin();
    for (let n = 1; n <= 3; n++) run.appendEvent(epoch(n));
    const { port } = await testLab();
    const mark = (await until(eventsAt(urlOf(port)), ({ event }) => event === "mark")).at(-1)!;
    expect(mark.id).toBe("3");
    run.appendEvent(epoch(4));
    const rest = await until(eventsAt(urlOf(port, `?after=3&crc=${mark.data}`)), isLine(4));
    expect(rest.map(({ id }) => id)).toEqual(["4"]);
  });

  it("begins anew where the page has other lines", async () => {
    const run = await begin();
    for (let n = 1; n <= 3; n++) run.appendEvent(epoch(n));
    const { port } = await testLab();
    for (const query of ["?after=2&crc=1", "?after=9"]) {
      const all = await until(eventsAt(urlOf(port, query)), isLine(3));
      expect(all[0]!.event).toBe("reset");
      expect(messages(all)).toEqual(await asFile());
    }
    for (const query of ["?after=x", "?after=-1", "?after=1&crc=x"])
      expect((await request(port, `GET /api/runs/a/events${query}`)).status).toBe(400);
  });

  it("tells of a process that died", async () => {
    await begin();
    const { port } = await testLab();
    const events = eventsAt(urlOf(port));
    await until(events, has("running"));
    await writeFile(`${place}/lock.json`, JSON.stringify({ pid: 2 ** 30, host: hostname(), began: "" }));
    await until(events, has("crashed"));
    await events.return(undefined);
  });

  it("tells of pause and stop of the training in this process", async () => {
    const run = await begin();
    const control = new TrainingControl();
    control.begin(run.dir);
    const { port } = await testLab({ control });
    const events = eventsAt(urlOf(port));
    const is = (state: string) => (event: StreamEvent) =>
      event.event === "run" && JSON.parse(event.data).control === state;
    await until(events, is("running"));
    control.ask("pause");
    await until(events, is("paused"));
    control.ask("stop");
    await until(events, is("stopping"));
    control.end();
    await until(events, is("ended"));
    await events.return(undefined);
  });

  it("has no fields but its own, whatever a line holds", async () => {
    await begin();
    const line = '{"a":1}\rid: 99\revent: run\r\rdata: {}';
    await writeFile(`${place}/events.jsonl`, `${line}\n{"b":2}\n`);
    const { port } = await testLab();
    const all = await until(eventsAt(urlOf(port)), isLine(2));
    expect(messages(all)).toEqual([
      { event: "message", id: "1", data: line.replaceAll("\r", " ") },
      { event: "message", id: "2", data: '{"b":2}' },
    ]);
  });
});
