// The executable, where nobody reads what it writes, and where that cannot be written.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

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
