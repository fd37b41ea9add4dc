// Tables of many rows or columns: reading one whole beside DuckDB and pandas, training on it, and the peak memory of evaluate and predict on a file of any size.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "./measure.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    columns: { type: "string", default: "20" },
    decimals: { type: "string", default: "5" },
    gigabytes: { type: "string", default: "0" },
    python: { type: "string", default: join(root, ".venv/bin/python") },
  },
});

/** A row of numbers drawn evenly from −4 to 4, and a class that they tell. */
function rowWriter(columns, decimals) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    let line = "";
    let sum = 0;
    for (let c = 1; c < columns; c++) {
      const value = 8 * random() - 4;
      sum += c % 2 === 0 ? value : -value;
      line += `${value.toFixed(decimals)},`;
    }
    return `${line}${sum + 4 * random() > 2 ? "yes" : "no"}\n`;
  };
}

/** Writes rows until there are so many, or so many bytes. */
async function writeTable(path, { rows = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }) {
  const columns = Number(options.columns);
  const next = rowWriter(columns, Number(options.decimals));
  const file = createWriteStream(path);
  file.write(`${Array.from({ length: columns - 1 }, (_, c) => `x${c}`).join(",")},y\n`);
  for (let [row, written] = [0, 0]; row < rows && written < bytes; ) {
    let text = "";
    for (let i = 0; i < 1000 && row < rows; i++, row++) text += next();
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

/** Seconds of processor time and of the clock, and the peak of memory, that a program says of itself on its last line. */
function measured(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  const said = /MEASURED (\S+) (\S+) (\S+)/.exec(stdout + stderr);
  if (error || status !== 0 || said === null)
    return [(error?.message ?? stderr).trim().split("\n").at(-1).slice(0, 60), "", ""];
  const [cpu, wall, bytes] = said.slice(1).map(Number);
  return [`${cpu.toFixed(2)} s`, `${wall.toFixed(2)} s`, `${(bytes / 1e6).toFixed(0)} MB`];
}

const inNode = (work) => `
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const [before, start] = [cpu(), performance.now()];
${work}
const wall = (performance.now() - start) / 1000;
console.log("MEASURED", cpu() - before, wall, process.resourceUsage().maxRSS * 1024);`;

const readers = {
  "chainrule: readTable": (path) => [
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `const { readTable } = await import(${JSON.stringify(`${root}/dist/data/index.js`)});` +
        inNode(`const table = await readTable(${JSON.stringify(path)});`),
    ],
  ],
  "papaparse, as texts": (path) => [
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { readFile } from "node:fs/promises"; const { default: Papa } = await import(${JSON.stringify(`${root}/node_modules/papaparse/papaparse.js`)});` +
        inNode(`const { data } = Papa.parse(await readFile(${JSON.stringify(path)}, "utf8"));`),
    ],
  ],
  "DuckDB: create table": (path) => [
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `const { DuckDBInstance } = await import(${JSON.stringify(`${root}/node_modules/@duckdb/node-api/lib/index.js`)});
const connection = await (await DuckDBInstance.create(":memory:")).connect();` +
        inNode(`await connection.run("create table t as from '${path}'");`),
    ],
  ],
  "pandas: read_csv": (path) => [
    options.python,
    [
      "-c",
      `import pandas, resource, time
cpu, start = time.process_time(), time.time()
table = pandas.read_csv(${JSON.stringify(path)}, float_precision="round_trip")
print("MEASURED", time.process_time() - cpu, time.time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)`,
    ],
  ],
};

/** A command of the command line; its own start counts. */
function command(words, folder) {
  const main = JSON.stringify(`${root}/dist/cli/main.js`);
  const script = `
process.argv.splice(1, 0, "chainrule");
const start = performance.now();
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write("MEASURED " + [(user + system) / 1e6, (performance.now() - start) / 1000, process.resourceUsage().maxRSS * 1024].join(" ") + "\\n");
});
await import(${main});`;
  return measured(process.execPath, [
    "--input-type=module",
    "--eval",
    script,
    ...words.map((word) => word.replace("@", folder)),
  ]);
}

const folder = mkdtempSync(join(tmpdir(), "chainrule-rows-"));
try {
  const path = join(folder, "table.csv");
  await writeTable(path, { rows: Number(options.rows) });
  const megabytes = (statSync(path).size / 1e6).toFixed(0);
  console.log(`Reading ${options.rows} rows × ${options.columns} columns whole (${megabytes} MB of CSV):\n`);
  const rows = Object.entries(readers).map(([name, of]) => [name, ...measured(...of(path))]);
  console.log(table(["", "processor", "clock", "peak memory"], rows));

  console.log("\nThree epochs of a training on it, in memory:\n");
  const epochs = ["train", path, "--target", "y", "--epochs", "3", "--out", "@/trained"];
  console.log(table(["", "processor", "clock", "peak memory"], [["train", ...command(epochs, folder)]]));

  const few = join(folder, "few.csv");
  await writeTable(few, { rows: 2000 });
  const train = ["train", few, "--target", "y", "--epochs", "2", "--out", "@/run"];
  command(train, folder);
  if (Number(options.gigabytes) > 0) await writeTable(path, { bytes: Number(options.gigabytes) * 1e9 });
  console.log(`\nA model asked about ${(statSync(path).size / 1e9).toFixed(2)} GB of CSV:\n`);
  const asked = [
    ["evaluate", ["evaluate", "@/run", path]],
    ["predict --out", ["predict", "@/run", path, "--out", "@/predictions.csv"]],
  ].map(([name, words]) => [name, ...command(words, folder)]);
  console.log(table(["", "processor", "clock", "peak memory"], asked));
} finally {
  rmSync(folder, { recursive: true });
}
