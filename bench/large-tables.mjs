// Tables of many rows or columns: writing one, what a process says of its time and memory, and the phases of a training on it beside pandas with scikit-learn.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../dist");

/** Rows of numbers drawn evenly from −4 to 4, and a class that they tell. */
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

/** Writes a CSV file of rows until there are so many, or so many bytes. */
export async function writeTable(path, { columns, decimals, rows = Infinity, bytes = Infinity }) {
  const next = rowWriter(columns, decimals);
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

/** The numbers that a program says of itself behind "MEASURED", or why there are none: { values } or { reason }. */
export function measured(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  const said = /MEASURED (.+)/.exec(stdout + stderr);
  if (error || status !== 0 || said === null)
    return { reason: (error?.message ?? stderr).trim().split("\n").at(-1).slice(0, 60) };
  return { values: said[1].trim().split(" ").map(Number) };
}

/** Arguments of Node for a module given as text. */
export const moduleArguments = (text) => ["--input-type=module", "--eval", text];

/** A cell of seconds, and one of bytes. */
export const secondsCell = (seconds) => `${seconds.toFixed(2)} s`;
export const memoryCell = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

const phases = ["read", "prepare", "train", "save"];

/** The same network, optimizer and number of steps for both: the figures behind "MEASURED" are seconds of each phase, and bytes. */
const contestants = {
  chainrule: (path, folder) => [
    process.execPath,
    moduleArguments(`
const { prepare, readTable } = await import(${JSON.stringify(join(dist, "data/index.js"))});
const { saveModel, trainTable } = await import(${JSON.stringify(join(dist, "train/index.js"))});
const times = [performance.now()];
const done = () => times.push(performance.now());
const table = await readTable(${JSON.stringify(path)});
done();
const prepared = prepare(table, { target: "y", validation: 0.2 });
done();
const training = trainTable(prepared, { hidden: [64, 32], batchSize: 256, epochs: 3, optimizer: "adam", learningRate: 0.001 });
const { trained } = await training.result();
done();
await saveModel(${JSON.stringify(join(folder, "model.safetensors"))}, trained);
done();
console.log("MEASURED", ...times.slice(1).map((time, i) => (time - times[i]) / 1000), process.resourceUsage().maxRSS * 1024);`),
  ],
  "pandas, scikit-learn": (path, folder, python) => [
    python,
    [
      "-c",
      `
import resource, time, warnings
import joblib, numpy, pandas
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
warnings.simplefilter("ignore")
times = [time.time()]
done = lambda: times.append(time.time())
table = pandas.read_csv(${JSON.stringify(path)}, float_precision="round_trip")
done()
y = table.pop("y").to_numpy()
x, x_test, y, y_test = train_test_split(table.to_numpy(numpy.float32), y, test_size=0.2, stratify=y, random_state=0)
scaler = StandardScaler()
x = scaler.fit_transform(x)
x_test = scaler.transform(x_test)
done()
model = MLPClassifier((64, 32), batch_size=256, max_iter=3, random_state=0).fit(x, y)
model.score(x_test, y_test)
done()
joblib.dump((scaler, model), ${JSON.stringify(join(folder, "model.joblib"))})
done()
print("MEASURED", *[b - a for a, b in zip(times, times[1:])], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)`,
    ],
  ],
};

/** Lines of Markdown: seconds of each phase of a training on the table at `path`, and the peak memory of its process. */
export function phaseTable(path, folder, { python, reason }) {
  const rows = Object.entries(contestants).map(([name, of]) => {
    const isPython = name !== "chainrule";
    const { values, reason: failure } = isPython && !python ? { reason } : measured(...of(path, folder, python));
    if (values === undefined) return [name, failure, ...phases.map(() => "–"), "–"];
    const [seconds, bytes] = [values.slice(0, phases.length), values.at(-1)];
    return [name, ...seconds.map(secondsCell), secondsCell(seconds.reduce((a, b) => a + b)), memoryCell(bytes)];
  });
  return [table(["", ...phases, "in all", "peak memory"], rows), ""];
}

export const phaseExplanation =
  "Three epochs of a network of 64 and 32 hidden units (batch 256, Adam), a fifth of the rows for validation, in a process each; imports are not counted. " +
  'pandas reads with float_precision="round_trip": as exactly as Chainrule.';

/** Lines of Markdown of a wide table and a long one. */
export async function largeTables(python) {
  const sizes = [
    { rows: 10_000, columns: 2000, decimals: 4 },
    { rows: 1_000_000, columns: 20, decimals: 5 },
  ];
  const lines = ["## Large tables", "", phaseExplanation, ""];
  for (const size of sizes) {
    const folder = mkdtempSync(join(tmpdir(), "chainrule-large-"));
    try {
      const path = join(folder, "table.csv");
      await writeTable(path, size);
      const [rows, columns] = [size.rows, size.columns].map((n) => n.toLocaleString("en"));
      lines.push(`${rows} rows × ${columns} columns, ${memoryCell(statSync(path).size)} of CSV:`, "");
      lines.push(...phaseTable(path, folder, python));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return lines;
}
