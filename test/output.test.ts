// The executable, where nobody reads what it writes, and where that cannot be written.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadModel } from "../src/train/index.ts";

const cli = resolve("dist/cli/main.js");
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chainrule-output-"));
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${i % 7 > 3 ? "high" : "low"}`);
  await writeFile(join(folder, "table.csv"), `a,b,level\n${rows.join("\n")}\n`);
});
afterEach(() => rm(folder, { recursive: true }));

const words = ["train", "table.csv", "--target", "level", "--hidden", "4", "--epochs", "40", "--out", "run", "--json"];

it("trains and saves where stderr is closed", async () => {
  const child = spawn(process.execPath, [cli, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.once("data", () => child.stderr.destroy());
  expect(await new Promise((done) => child.once("close", done))).toBe(0);
  expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ run: "run" });
  expect(JSON.parse(await readFile(join(folder, "run/run.json"), "utf8"))).toMatchObject({ status: "finished" });
});

it.skipIf(!existsSync("/dev/full"))("says that its output cannot be written, and fails", async () => {
  const shell = [process.execPath, cli, ...words].map((word) => `'${word}'`).join(" ");
  const child = spawn("sh", ["-c", `${shell} > /dev/full`], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  expect(await new Promise((done) => child.once("close", done))).toBe(1);
  expect(stderr).toContain("error: the output cannot be written (ENOSPC).");
  expect(stderr).not.toContain("    at ");
  expect(existsSync(join(folder, "run/model.safetensors"))).toBe(true);
});

/** What the executable ends with, run by a shell line in which `$C` is it. */
async function shell(line: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn("sh", ["-c", line.replaceAll("$C", `'${process.execPath}' '${cli}'`)], { cwd: folder });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (texts.stdout += data));
  child.stderr.on("data", (data) => (texts.stderr += data));
  const code = await new Promise((done) => child.once("close", done));
  return { code, stdout: texts.stdout, stderr: texts.stderr.replace(/\s+/g, " ") };
}

it("trains to the end where the disk fills up, saves the model elsewhere, and says where", async () => {
  // Files of at most 60 blocks of 512 or 1024 bytes: fewer than the events of the training have.
  const { code, stderr } = await shell(
    "ulimit -f 60; $C train table.csv --target level --hidden 4 --epochs 600 --out run",
  );
  expect(code).toBe(1);
  expect(stderr).toContain("epoch 600/600");
  expect(stderr).toMatch(/could not be saved \(EFBIG.*The training goes on, and tries again/);
  const [, saved] = /The trained model is saved in (\S+\.safetensors):/.exec(stderr)!;
  const model = await loadModel(saved!);
  expect(model.kind === "table" && model.predict([{ a: 6, b: 1 }])).toHaveLength(1);
  await rm(saved!);
  const lines = (await readFile(join(folder, "run/events.jsonl"), "utf8")).trimEnd().split("\n");
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

it("says that a folder is used before the table is read", async () => {
  await writeFile(join(folder, "notes.txt"), "");
  const { code, stderr } = await shell("$C train table.csv --target level --out .");
  expect(code).toBe(1);
  expect(stderr).toBe(
    'error: The run folder "." must be new or empty, since runs are never overwritten; choose another name. ',
  );
});

it("says that a folder cannot be made before anything is trained", async () => {
  const { code, stderr } = await shell("$C train table.csv --target level --out table.csv/run");
  expect(code).toBe(1);
  expect(stderr).toContain('The run folder "table.csv/run" could not be made (ENOTDIR); choose another place.');
  expect(stderr).not.toContain("epoch");
});

it("trains twice at once under the same default name, in folders of their own, to the same weights", async () => {
  const line = "$C train table.csv --target level --hidden 4 --epochs 20";
  const both = await Promise.all([shell(line), shell(line)]);
  for (const { code } of both) expect(code).toBe(0);
  const runs = await readdir(join(folder, "runs"));
  expect(runs).toHaveLength(2);
  const weights = await Promise.all(runs.map((run) => readFile(join(folder, "runs", run, "model.safetensors"))));
  expect(weights[0]!.equals(weights[1]!)).toBe(true);
});
