// One command, killed at every stage of a run folder and called by several processes at once, ends as one that nobody disturbed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { folderPerTest } from "../src/runs/test-folder.ts";

folderPerTest();

const cli = resolve(import.meta.dirname, "../dist/cli/main.js");

const write = () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${(i * 5) % 11},${(i % 7) + ((i * 5) % 11) > 7 ? "high" : "low"}`,
  );
  return writeFile("table.csv", `a,b,level\n${rows.join("\n")}\n`);
};

/** Kills it once there is such a file. */
async function train(out: string, killAt?: string) {
  const words = [
    "table.csv",
    "--target",
    "level",
    "--epochs",
    "6",
    "--backend",
    "reference",
    "--out",
    out,
    "--resume",
    "--json",
  ];
  const child = spawn(process.execPath, [cli, "train", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (texts.stdout += data));
  child.stderr.on("data", (data) => (texts.stderr += data));
  let isOver = false;
  const closed = new Promise<number | null>((done) => child.on("close", done)).finally(() => (isOver = true));
  if (killAt !== undefined) {
    while (!isOver && !existsSync(join(out, killAt))) await setImmediate();
    child.kill("SIGKILL");
  }
  return { code: await closed, ...texts };
}

const weights = (run: string) => readFile(join(run, "model.safetensors"));
const figures = (stdout: string) => ({ ...JSON.parse(stdout), seconds: 0, run: "" });

it("is killed at every stage", async () => {
  await write();
  const whole = await train("whole");
  expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);
  const stages = [
    ".",
    "lock.json",
    "events.jsonl",
    "run.json",
    "model.json",
    "checkpoints",
    "checkpoints/index.json",
    "model.safetensors",
  ];
  for (const [i, stage] of stages.entries()) {
    const run = `run-${i}`;
    const { code, stderr } = await train(run, stage);
    expect({ stage, code, stderr: code === 0 || code === null ? "" : stderr }).toEqual({
      stage,
      code: code === 0 ? 0 : null,
      stderr: "",
    });
  }
  for (const run of stages.map((_, i) => `run-${i}`)) {
    const last = await train(run);
    expect({ run, code: last.code, said: last.code === 0 ? "" : last.stderr }).toEqual({ run, code: 0, said: "" });
    expect(figures(last.stdout)).toEqual(figures(whole.stdout));
    expect(await weights(run)).toEqual(await weights("whole"));
  }
  const again = await train("run-0");
  expect(again.stdout).toBe((await train("run-0")).stdout);
});

it("is called by several at once: one trains, the others are refused or hear how it ended", async () => {
  await write();
  for (const killAt of ["lock.json", "run.json", undefined]) {
    const all = await Promise.all(Array.from({ length: 4 }, () => train("run", killAt)));
    for (const { code, stderr } of all)
      if (code !== 0 && code !== null)
        expect(stderr.replace(/\s+/g, " ")).toMatch(/is being written by process|Another process has/);
  }
  const { code, stdout } = await train("run");
  expect(code).toBe(0);
  expect(figures(stdout)).toEqual(figures((await train("whole")).stdout));
  expect(await weights("run")).toEqual(await weights("whole"));
});
