// What reads tables in blocks takes memory that does not grow with them: a training, predictions and an evaluation.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderPerFile } from "../src/runs/test-folder.ts";
import { generator } from "./command-line.ts";

const cli = join(import.meta.dirname, "../dist/cli/main.js");

folderPerFile();

/** CSV of so many rows. */
async function writeTable(path: string, rows: number, head: string, row: (number: number) => string): Promise<void> {
  const file = createWriteStream(path);
  file.write(`${head}\n`);
  for (let from = 0; from < rows; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - from) }, (_, i) => row(from + i));
    if (!file.write(`${lines.join("\n")}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

/** The most megabytes that the command line had resident, of which 64 are the most for JavaScript's objects. */
function peak(words: string): number {
  const say = "process.on('exit', () => process.stderr.write('PEAK ' + process.resourceUsage().maxRSS))";
  const flags = ["--max-old-space-size=64", "--import", `data:text/javascript,${encodeURIComponent(say)}`];
  const child = spawnSync(process.execPath, [...flags, cli, ...words.split(" ")], { encoding: "utf8" });
  expect(child.status, child.stderr).toBe(0);
  return Number(/PEAK (\d+)/.exec(child.stderr)![1]) / 1024;
}

// Read whole, the table of 56 MB takes 120 MB more than the small one.
it("a training takes as much for a table of 56 MB as for one of a tenth", { timeout: 600_000 }, async () => {
  const random = generator(5);
  const row = () => {
    const x = Array.from({ length: 6 }, () => random() * 2 - 1);
    return [...x, x[0]! * x[1]! + x[2]!].map((value) => value.toFixed(6)).join(",");
  };
  await writeTable("small.csv", 85_000, "a,b,c,d,e,f,y", row);
  await writeTable("large.csv", 850_000, "a,b,c,d,e,f,y", row);
  const train = "--target y --stream --epochs 1 --hidden 8 --batch 1024 --threads 1";
  const small = peak(`train small.csv ${train}`);
  const large = peak(`train large.csv ${train}`);
  expect(large).toBeLessThan(320);
  expect(large - small).toBeLessThan(80);
});

// Read whole, they take 200 and 230 MB more than for a few rows.
it("predictions and an evaluation take little more for 49 MB than for a few rows", { timeout: 600_000 }, async () => {
  const row = (r: number) =>
    `${((r % 99) / 7).toFixed(14)},${(((r * 7) % 20) / 3).toFixed(14)},${r % 3 ? "no" : "yes"}`;
  await writeTable("few.csv", 60, "x,z,y", row);
  await writeTable("many.csv", 1_300_000, "x,z,y", row);
  peak("train few.csv --target y --backend reference --hidden 2 --epochs 1 --out run");
  const few = peak("predict run few.csv --out answers.csv");
  for (const command of ["predict run many.csv --out answers.csv", "evaluate run many.csv"])
    expect(peak(command) - few, command).toBeLessThan(150);
});
