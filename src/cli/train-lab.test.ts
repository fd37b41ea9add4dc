// chainrule train --lab: the page sees the training as it is written, pauses it, stops it, and is told of its end.
import { readFile, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { cookieOf, eventsAt, request, type StreamEvent } from "./lab/test-lab.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();
beforeEach(async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
});

const quick = ["--target", "y", "--backend", "reference", "--hidden", "4", "--batch", "8"];
const long = ["--epochs", "100000000", "--patience", "100000000"];

/** Trains, and lets `page` do with the address what a page would. */
async function train<T>(words: readonly string[], page: (address: string) => Promise<T>) {
  let seen: Promise<T> | undefined;
  const ended = chainrule(["train", "table.csv", ...quick, "--lab", ...words], {
    onStderr(text) {
      const [address] = /http:\S+/.exec(text) ?? [];
      if (address !== undefined) seen = page(address);
    },
  });
  return { ...(await ended), page: await seen };
}

const fileLines = async (run: string) => (await readFile(`${run}/events.jsonl`, "utf8")).split("\n").slice(0, -1);

/** Of the run that the lab opens, once it is there. */
async function runEvents(address: string): Promise<AsyncGenerator<StreamEvent>> {
  const { origin } = new URL(address);
  for (;;) {
    const { opened } = await (await fetch(`${origin}/api/runs`)).json();
    if (opened !== undefined) return eventsAt(`${origin}/api/runs/${opened}/events`);
  }
}

async function controlsOf(address: string) {
  const port = Number(new URL(address).port);
  const cookie = await cookieOf({ address, port, close: async () => {} });
  return async (what: string) => {
    const headers = { Cookie: cookie, Origin: `http://127.0.0.1:${port}` };
    const { body } = await request(port, `POST /api/training/${what}`, headers);
    return JSON.parse(body).state as string;
  };
}

describe("chainrule train --lab", () => {
  it("shows the training to its end", async () => {
    const { code, stderr, said, page } = await train(["--epochs", "5", "--out", "run"], async (address) => {
      const all: StreamEvent[] = [];
      for await (const event of await runEvents(address)) all.push(event);
      return all;
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^The lab shows this training: http:\/\/127\.0\.0\.1:\d+\/\?token=\S+$/m);
    expect(said).toContain("its page keeps what it has. npx chainrule lab run shows it again.");
    expect(page!.flatMap(({ event, data }) => (event === "message" ? [data] : []))).toEqual(await fileLines("run"));
    const states = page!.flatMap(({ event, data }) => (event === "run" ? [JSON.parse(data)] : []));
    expect(states.at(-1)).toEqual({ status: "finished", control: "ended" });
  });

  it("is paused, goes on, and is stopped from the page", async () => {
    const { code, stdout, said, page } = await train([...long, "--out", "run"], async (address) => {
      const events = await runEvents(address);
      const ask = await controlsOf(address);
      const all: StreamEvent[] = [];
      const until = async (is: (event: StreamEvent) => boolean) => {
        for (;;) {
          const { value, done } = await events.next();
          if (done) return;
          all.push(value);
          if (is(value)) return;
        }
      };
      const isEpoch = ({ data }: StreamEvent) => data.startsWith('{"type":"epoch"');
      const has = (control: string) => (event: StreamEvent) =>
        event.event === "run" && JSON.parse(event.data).control === control;
      await until(isEpoch);
      expect(await ask("pause")).toBe("paused");
      await until(has("paused"));
      const paused = await fileLines("run");
      for (let i = 0; i < 5; i++) expect(await ask("pause")).toBe("paused");
      expect(await fileLines("run")).toEqual(paused);
      expect(await ask("resume")).toBe("running");
      await until(has("running"));
      await until(isEpoch);
      expect((await fileLines("run")).length).toBeGreaterThan(paused.length);
      expect(await ask("stop")).toBe("stopping");
      await until(() => false);
      return all;
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Interrupted after [\d,]+ epochs? in/);
    for (const words of ["Paused from the page", "The page lets the training go on.", "Stopped from the page"])
      expect(said).toContain(words);
    expect((await openRun("run")).manifest.status).toBe("interrupted");
    expect(page!.flatMap(({ event, data }) => (event === "message" ? [data] : []))).toEqual(await fileLines("run"));
    expect(page!.at(-1)!.data).toBe('{"status":"interrupted","control":"ended"}');
  });

  it("ends by Ctrl-C while it is paused", async () => {
    const { code } = await train([...long, "--out", "run"], async (address) => {
      await (await runEvents(address)).next();
      await (await controlsOf(address))("pause");
      process.emit("SIGINT");
    });
    expect(code).toBe(0);
    expect((await openRun("run")).manifest.status).toBe("interrupted");
  });

  it("shows a run that goes on, and writes nothing of itself into it", async () => {
    await chainrule(["train", "table.csv", ...quick, "--epochs", "3", "--out", "plain/run"]);
    const shown = await train(["--epochs", "3", "--out", "shown/run"], async () => {});
    expect(shown.code).toBe(0);
    expect((await openRun("shown/run")).manifest.settings).not.toHaveProperty("lab");
    const weights = (run: string) => readFile(`${run}/model.safetensors`);
    expect(await weights("shown/run")).toEqual(await weights("plain/run"));
    const more = await chainrule("train --resume shown/run --epochs 5 --lab");
    expect(more.said).toContain("The lab shows this training:");
    expect((await chainrule("train --resume shown/run")).said).not.toContain("The lab");
  });

  it("begins nothing for a training that cannot begin", async () => {
    const { code, said } = await chainrule("train nowhere.csv --target y --lab");
    expect(code).toBe(1);
    expect(said).not.toContain("The lab");
  });
});
