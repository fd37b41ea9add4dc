// Tables of many rows or columns: reading one whole beside DuckDB and pandas, training on it, and the peak memory of evaluate and predict on a file of any size.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  measured,
  memoryCell,
  moduleArguments,
  phaseExplanation,
  phaseTable,
  secondsCell,
  writeTable,
} from "./large-tables.mjs";
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

const shape = { columns: Number(options.columns), decimals: Number(options.decimals) };

/** Cells of a row: seconds of processor time and of the clock, and the peak of memory, that a program says of itself. */
function cells(command, args) {
  const { values, reason } = measured(command, args);
  if (values === undefined) return [reason, "", ""];
  const [cpu, wall, bytes] = values;
  return [secondsCell(cpu), secondsCell(wall), memoryCell(bytes)];
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
    moduleArguments(
      `const { readTable } = await import(${JSON.stringify(`${root}/dist/data/index.js`)});` +
        inNode(`const table = await readTable(${JSON.stringify(path)});`),
    ),
  ],
  "papaparse, as texts": (path) => [
    process.execPath,
    moduleArguments(
      `import { readFile } from "node:fs/promises"; const { default: Papa } = await import(${JSON.stringify(`${root}/node_modules/papaparse/papaparse.js`)});` +
        inNode(`const { data } = Papa.parse(await readFile(${JSON.stringify(path)}, "utf8"));`),
    ),
  ],
  "DuckDB: create table": (path) => [
    process.execPath,
    moduleArguments(
      `const { DuckDBInstance } = await import(${JSON.stringify(`${root}/node_modules/@duckdb/node-api/lib/index.js`)});
const connection = await (await DuckDBInstance.create(":memory:")).connect();` +
        inNode(`await connection.run("create table t as from '${path}'");`),
    ),
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
  return cells(process.execPath, [...moduleArguments(script), ...words.map((word) => word.replace("@", folder))]);
}

const folder = mkdtempSync(join(tmpdir(), "chainrule-rows-"));
try {
  const path = join(folder, "table.csv");
  await writeTable(path, { ...shape, rows: Number(options.rows) });
  const megabytes = (statSync(path).size / 1e6).toFixed(0);
  console.log(`Reading ${options.rows} rows × ${options.columns} columns whole (${megabytes} MB of CSV):\n`);
  const rows = Object.entries(readers).map(([name, of]) => [name, ...cells(...of(path))]);
  console.log(table(["", "processor", "clock", "peak memory"], rows));

  console.log(`\n${phaseExplanation}\n`);
  console.log(phaseTable(path, folder, { python: options.python }).join("\n"));

  const few = join(folder, "few.csv");
  await writeTable(few, { ...shape, rows: 2000 });
  const train = ["train", few, "--target", "y", "--epochs", "2", "--out", "@/run"];
  command(train, folder);
  if (Number(options.gigabytes) > 0) await writeTable(path, { ...shape, bytes: Number(options.gigabytes) * 1e9 });
  console.log(`\nA model asked about ${(statSync(path).size / 1e9).toFixed(2)} GB of CSV:\n`);
  const asked = [
    ["evaluate", ["evaluate", "@/run", path]],
    ["predict --out", ["predict", "@/run", path, "--out", "@/predictions.csv"]],
  ].map(([name, words]) => [name, ...command(words, folder)]);
  console.log(table(["", "processor", "clock", "peak memory"], asked));
} finally {
  rmSync(folder, { recursive: true });
}
