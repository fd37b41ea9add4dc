// `node bench/rates.mjs`: the learning rate of a range test beside the default, by the validation loss of whole trainings.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import "../dist/index.js";
import { prepare, readTable, tableFromRows } from "../dist/data/index.js";
import { optimizerKinds } from "../dist/optim/index.js";
import { rangeTest, trainTable } from "../dist/train/index.js";
import { table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const vega = (file) => join(here, "../node_modules/vega-datasets/data", file);
const seeds = 3;

/** Numbers in 0 … 1, and normal ones, from a seed. */
function numbers(seed) {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { random, normal };
}

const named = (x) => Object.fromEntries(x.map((value, i) => [`x${i}`, value]));

/** Friedman (1991): 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ + noise, ten features of which five count. */
function friedman(rows) {
  const { random, normal } = numbers(1);
  return Array.from({ length: rows }, () => {
    const x = Array.from({ length: 10 }, random);
    const y = 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4] + normal();
    return { ...named(x), y };
  });
}

/** Two arms that wind around each other. */
function spirals(rows) {
  const { random, normal } = numbers(7);
  return Array.from({ length: rows }, (_, i) => {
    const r = random();
    const angle = 7 * r + (i % 2) * Math.PI;
    return { a: r * Math.cos(angle) + 0.03 * normal(), b: r * Math.sin(angle) + 0.03 * normal(), arm: `arm ${i % 2}` };
  });
}

/** A plane with noise, three of eight features count. */
function plane(rows) {
  const { normal } = numbers(11);
  return Array.from({ length: rows }, () => {
    const x = Array.from({ length: 8 }, normal);
    return { ...named(x), y: 100 + 30 * (x[0] - 2 * x[3] + 0.5 * x[5]) + 5 * normal() };
  });
}

const made = (rows, source) => tableFromRows(rows, { source });
const tables = {
  iris: [await readTable(join(here, "data/iris.csv")), { target: "target" }],
  penguins: [await readTable(vega("penguins.json")), { target: "Species" }],
  "cars, origin": [await readTable(vega("cars.json")), { target: "Origin" }],
  "cars, mpg": [await readTable(vega("cars.json")), { target: "Miles_per_Gallon" }],
  weather: [await readTable(vega("seattle-weather.csv")), { target: "weather" }],
  Friedman: [made(friedman(2000), "Friedman"), { target: "y" }],
  spirals: [made(spirals(600), "spirals"), { target: "arm" }],
  plane: [made(plane(400), "plane"), { target: "y" }],
  "iris, as it is": [await readTable(join(here, "data/iris.csv")), { target: "target", standardize: false }],
  "cars, mpg, as it is": [await readTable(vega("cars.json")), { target: "Miles_per_Gallon", standardize: false }],
  "Friedman, 8 × 32": [made(friedman(2000), "Friedman"), { target: "y" }, { hidden: new Array(8).fill(32) }],
  "spirals, sigmoid": [made(spirals(600), "spirals"), { target: "arm" }, { activation: "sigmoid" }],
};

/** Infinite where it became so. */
async function lossOf(prepared, settings) {
  try {
    return (await trainTable(prepared, settings).result()).metrics.validation.loss;
  } catch (error) {
    if (error.code === "NON_FINITE_LOSS") return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Mean validation loss over the seeds. */
async function score(source, options, settings, tested) {
  let sum = 0;
  const rates = [];
  for (let seed = 0; seed < seeds; seed++) {
    const prepared = prepare(source, { ...options, seed });
    const learningRate = tested ? (await rangeTest(prepared, { ...settings, seed })).suggestion : undefined;
    rates.push(learningRate ?? "–");
    sum += await lossOf(prepared, { ...settings, seed, learningRate });
  }
  return { loss: sum / seeds, rates };
}

const rows = [];
for (const [name, [source, options, settings]] of Object.entries(tables)) {
  const cells = [];
  for (const optimizer of optimizerKinds) {
    const usual = await score(source, options, { ...settings, optimizer }, false);
    const { loss, rates } = await score(source, options, { ...settings, optimizer }, true);
    cells.push(`${usual.loss.toPrecision(2)} → ${loss.toPrecision(2)}`);
    console.error(name, optimizer, ...rates);
  }
  rows.push([name, ...cells]);
}
console.log(`Mean validation loss over ${seeds} seeds: default rate → rate of the range test\n`);
console.log(table(["", ...optimizerKinds], rows));
