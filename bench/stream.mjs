// Peak memory and time of `chainrule train --stream` on a file that it writes first.
//
//   node bench/stream.mjs                     2 GB of CSV, 20 columns; two epochs
//   node bench/stream.mjs --size 0.2          gigabytes
//   node bench/stream.mjs --format jsonl      or parquet, by way of DuckDB
//   node bench/stream.mjs --folder /big       where the file and the run go: twice the size must be free
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "2" },
    format: { type: "string", default: "csv" },
    folder: { type: "string", default: tmpdir() },
    epochs: { type: "string", default: "2" },
  },
});
const bytes = Number(values.size) * 1e9;
const cli = join(import.meta.dirname, "../dist/cli/main.js");
const columns = 20;

/** Numbers in [0, 1) that repeat (Park and Miller 1988). */
let state = 1;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

function row() {
  const x = Array.from({ length: columns - 1 }, () => random() * 2 - 1);
  return [...x, x[0] * x[1] + x[2] + 0.1 * random()].map((value) => value.toFixed(4));
}

/** Rows until the file has so many bytes. */
async function write(path, format) {
  const names = Array.from({ length: columns }, (_, c) => (c === columns - 1 ? "y" : `x${c}`));
  const line =
    format === "jsonl"
      ? (cells) => `{${cells.map((cell, c) => `"${names[c]}":${cell}`).join(",")}}`
      : (cells) => cells.join();
  const file = createWriteStream(path);
  let written = 0;
  if (format !== "jsonl") file.write(`${names.join()}\n`);
  while (written < bytes) {
    const text = `${Array.from({ length: 5000 }, () => line(row())).join("\n")}\n`;
    written += text.length;
    if (!file.write(text)) await new Promise((done) => file.once("drain", done));
  }
  await new Promise((done) => file.end(done));
}

async function toParquet(from, to) {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`copy (select * from '${from}') to '${to}' (format parquet)`);
  await rm(from);
}

/** Seconds, megabytes at the most, and when each epoch ended. */
function train(file, folder) {
  const words = [
    "train",
    file,
    "--target",
    "y",
    "--stream",
    "--epochs",
    values.epochs,
    "--hidden",
    "32",
    "--out",
    join(folder, "run"),
  ];
  const script = `process.argv = [process.execPath, ...${JSON.stringify([cli, ...words])}];
    process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS));
    await import(${JSON.stringify(cli)});`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const marks = [];
  let text = "";
  child.stderr.on("data", (data) => {
    text += data;
    for (const [mark] of String(data).matchAll(/^Encoding|^epoch \d+/gm))
      marks.push(`${mark} at ${seconds().toFixed(1)} s`);
  });
  return new Promise((done) => {
    child.on("close", (code) => {
      if (code !== 0) throw new Error(text);
      done({ seconds: seconds(), megabytes: Number(/peak (\d+)/.exec(text)[1]) / 1024, marks });
    });
  });
}

const { bavail, bsize } = await statfs(values.folder);
if (bavail * bsize < 2.5 * bytes)
  throw new Error(`${values.folder} has ${(bavail * bsize) / 1e9} GB free, of ${(2.5 * bytes) / 1e9}.`);
const folder = await mkdtemp(join(values.folder, "chainrule-stream-"));
try {
  const text = join(folder, `table.${values.format === "jsonl" ? "jsonl" : "csv"}`);
  await write(text, values.format);
  const file = values.format === "parquet" ? join(folder, "table.parquet") : text;
  if (file !== text) await toParquet(text, file);
  const { size } = await stat(file);
  const { seconds, megabytes, marks } = await train(file, folder);
  console.log(
    `${(size / 1e9).toFixed(2)} GB of ${values.format}, ${columns} columns: ${seconds.toFixed(0)} s, at most ${megabytes.toFixed(0)} MB resident`,
  );
  console.log(marks.join(", "));
} finally {
  await rm(folder, { recursive: true });
}
