// `node bench/defaults.mjs`: what learning rate and weight decay do on ordinary tables, by mean validation score over seeds.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import "../dist/index.js";
import { prepare, readTable, tableFromRows } from "../dist/data/index.js";
import { tensor } from "../dist/index.js";
import { activation, dense, sequential } from "../dist/nn/index.js";
import { adamw } from "../dist/optim/index.js";
import { train } from "../dist/train/index.js";
import { table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const vega = (file) => join(here, "../node_modules/vega-datasets/data", file);
const seeds = 8;

/** Friedman (1991): 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ + noise, ten features of which five count. */
function friedman(rows) {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: rows }, () => {
    const x = Array.from({ length: 10 }, random);
    const y = 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4] + normal();
    return { ...Object.fromEntries(x.map((value, i) => [`x${i}`, value])), y };
  });
}

const tables = {
  iris: [await readTable(join(here, "data/iris.csv")), "target"],
  penguins: [await readTable(vega("penguins.json")), "Species"],
  "cars, origin": [await readTable(vega("cars.json")), "Origin"],
  "cars, mpg": [await readTable(vega("cars.json")), "Miles_per_Gallon"],
  "Seattle weather": [await readTable(vega("seattle-weather.csv")), "weather"],
  Friedman: [tableFromRows(friedman(2000), { source: "Friedman" }), "y"],
};

async function score(source, target, learningRate, weightDecay) {
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const { preprocessing, train: rows, validation, task } = prepare(source, { target, seed });
    const classes = task === "classification";
    const features = preprocessing.features.length;
    const split = ({ x, y, rows }) => ({
      x: tensor(x, { shape: [rows, features] }),
      y: tensor(y, { shape: classes ? [rows] : [rows, 1] }),
    });
    const outputs = classes ? preprocessing.targets[0].classes.length : 1;
    const batchSize = Math.min(512, Math.max(16, 2 ** Math.round(Math.log2(rows.rows / 20))));
    const epochs = Math.min(150, Math.max(15, Math.round((3000 * batchSize) / rows.rows)));
    const steps = epochs * Math.ceil(rows.rows / batchSize);
    const { metrics } = await train({
      model: sequential(
        dense(features, 64),
        activation("relu"),
        dense(64, 32),
        activation("relu"),
        dense(32, outputs, { init: "xavierUniform" }),
      ),
      data: split(rows),
      validation: split(validation),
      loss: classes ? "crossEntropy" : "mse",
      optimizer: adamw({ learningRate, weightDecay }),
      schedule: { kind: "cosine", steps, min: learningRate / 100 },
      epochs,
      batchSize,
      patience: Math.max(10, Math.ceil(epochs / 5)),
      seed,
    }).result();
    sum += metrics.validation.accuracy ?? metrics.validation.r2;
  }
  return sum / seeds;
}

const rows = [];
for (const learningRate of [0.003, 0.01, 0.03]) {
  for (const weightDecay of [0.01, 0.1, 0.3, 1]) {
    const scores = [];
    for (const [source, target] of Object.values(tables))
      scores.push(await score(source, target, learningRate, weightDecay));
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    rows.push([`${learningRate}, ${weightDecay}`, ...scores.map((value) => value.toFixed(3)), mean.toFixed(4)]);
  }
}
console.log(`Mean validation accuracy (R² for numbers) over ${seeds} seeds, adamw\n`);
console.log(table(["rate, decay", ...Object.keys(tables), "mean"], rows));
