// From a table in a file to predictions: 344 penguins, with gaps in the data (Gorman, Williams and Fraser 2014).
// @ts-check
import "chainrule";
import { fileURLToPath } from "node:url";
import { classesOf, prepare, readTable, transform } from "chainrule/data";
import { predictTable, trainTable } from "chainrule/train";

// Change these: your own file (.csv, .tsv, .json, .parquet), its target column, the hidden layers.
const file = fileURLToPath(new URL("../node_modules/vega-datasets/data/penguins.json", import.meta.url));
const target = "Species";
const hidden = [16];

const table = await readTable(file);
const prepared = prepare(table, { target });
for (const { name, type, role, features } of prepared.columns) {
  console.log(`${name.padEnd(20)} ${type.padEnd(9)} ${role === "feature" ? `${features} features` : role}`);
}

const training = trainTable(prepared, { hidden, epochs: 30, seed: 0 });
for await (const event of training) {
  if (event.type === "epoch" && event.best) {
    console.log(`best so far, epoch ${event.epoch}:`, event.validation);
  }
}

const { trained } = await training.result();
const classes = prepared.preprocessing.targets.flatMap((target) => classesOf(target));
const { x, rows } = transform(prepared.preprocessing, table);
const p = predictTable(trained, x, rows).subarray(0, classes.length);
console.log("\nthe first penguin:", classes.map((name, c) => `${name} ${(100 * (p[c] ?? 0)).toFixed(1)} %`).join(", "));
