// A training by one process, a lab by another that is killed and started again: who follows by line numbers has the file's lines, each once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { eventsAt } from "../src/cli/lab/test-lab.ts";
import { folderPerTest } from "../src/runs/test-folder.ts";

const cli = join(import.meta.dirname, "../dist/cli/main.js");
const children: ChildProcess[] = [];

folderPerTest();
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(...words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [cli, ...words], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return child;
}

/** A lab that serves, and its address. */
async function lab(port?: string): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const child = start("lab", ...(port === undefined ? [] : ["--port", port]));
  let said = "";
  for await (const text of child.stdout!) {
    said += text;
    const [address] = /http:\S+\n/.exec(said) ?? [];
    if (address !== undefined) return { child, origin: new URL(address.trim()).origin };
  }
  throw new Error("The lab ended before it served.");
}

it("has every line once, though the server is killed again and again", async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  const quick = ["--target", "y", "--backend", "reference", "--hidden", "4", "--batch", "8"];
  const training = start("train", "table.csv", ...quick, "--epochs", "3000", "--patience", "3000", "--out", "runs/a");
  training.stdout!.resume();
  const ended = once(training, "exit");
  while (!existsSync("runs/a/events.jsonl")) await new Promise(setImmediate);

  const got: [number, string][] = [];
  let port: string | undefined;
  let status = "";
  // Every round but the last ends with the death of the server in the middle of its lines.
  for (let round = 0; status !== "finished"; round++) {
    const { child, origin } = await lab(port);
    ({ port } = new URL(origin));
    const last = String(got.at(-1)?.[0] ?? 0);
    const most = round < 3 ? got.length + 40 : Number.POSITIVE_INFINITY;
    for await (const { event, id, data } of eventsAt(`${origin}/api/runs/a/events`, { "Last-Event-ID": last })) {
      if (event === "message") got.push([Number(id), data]);
      if (event === "run") ({ status } = JSON.parse(data) as { status: string });
      expect(event).not.toBe("reset");
      if (got.length >= most) child.kill("SIGKILL");
      if (status === "finished" || got.length >= most) break;
    }
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  expect(await ended).toEqual([0, null]);
  const lines = (await readFile("runs/a/events.jsonl", "utf8")).split("\n").slice(0, -1);
  expect(got).toEqual(lines.map((line, i) => [i + 1, line]));
});
