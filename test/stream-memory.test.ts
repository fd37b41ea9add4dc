// The memory of a training on a table in blocks does not grow with the table.
import { spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generator } from "./command-line.ts";

const cli = join(import.meta.dirname, "../dist/cli/main.js");

/** CSV of so many rows, about 64 bytes each. */
async function writeTable(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  const random = generator(5);
  file.write("a,b,c,d,e,f,y\n");
  for (let from = 0; from < rows; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - from) }, () => {
      const x = Array.from({ length: 6 }, () => random() * 2 - 1);
      return [...x, x[0]! * x[1]! + x[2]!].map((value) => value.toFixed(6)).join(",");
    });
    if (!file.write(`${lines.join("\n")}\n`)) await new Promise<void>((done) => file.once("drain", done));
  }
  await new Promise<void>((done) => file.end(done));
}

/** The most megabytes that the process had resident. */
function peak(words: readonly string[], cwd: string): number {
  const script = `
    process.argv = [process.execPath, ...${JSON.stringify([cli, ...words])}];
    process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS));
    await import(${JSON.stringify(cli)});`;
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { cwd, encoding: "utf8" });
  expect(child.status, child.stderr).toBe(0);
  return Number(/peak (\d+)/.exec(child.stderr)![1]) / 1024;
}

it("is as much for a table of 110 MB as for one of a tenth", { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "chainrule-memory-"));
  try {
    await writeTable(join(folder, "small.csv"), 170_000);
    await writeTable(join(folder, "large.csv"), 1_700_000);
    const flags = "--target y --stream --epochs 1 --hidden 8 --batch 1024 --threads 1".split(" ");
    const small = peak(["train", "small.csv", ...flags], folder);
    const large = peak(["train", "large.csv", ...flags], folder);
    expect(large).toBeLessThan(400);
    expect(large - small).toBeLessThan(150);
  } finally {
    await rm(folder, { recursive: true });
  }
});
