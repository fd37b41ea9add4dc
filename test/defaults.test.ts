// The defaults do well on ordinary tables without a setting: Iris, penguins, cars.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { prepare, readTable } from "../src/data/index.ts";
import "../src/index.ts";
import { trainTable } from "../src/train/index.ts";

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** Mean of a validation metric over seeds 0 … seeds − 1; each seed splits the rows and draws the weights. */
async function meanOver(seeds: number, file: string, target: string, metric: string): Promise<number> {
  const table = await readTable(path(file));
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const { metrics } = await trainTable(prepare(table, { target, seed }), { seed }).result();
    sum += metrics.validation![metric]!;
  }
  return sum / seeds;
}

it("Iris: a mean validation accuracy of at least 0.95", async () => {
  expect(await meanOver(5, "bench/data/iris.csv", "target", "accuracy")).toBeGreaterThanOrEqual(0.95);
});

it("penguins: a mean validation accuracy of at least 0.95", async () => {
  const file = "node_modules/vega-datasets/data/penguins.json";
  expect(await meanOver(5, file, "Species", "accuracy")).toBeGreaterThanOrEqual(0.95);
});

it("cars: a mean R² of the miles per gallon of at least 0.8", async () => {
  const file = "node_modules/vega-datasets/data/cars.json";
  expect(await meanOver(3, file, "Miles_per_Gallon", "r2")).toBeGreaterThanOrEqual(0.8);
});
