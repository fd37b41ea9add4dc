// The Palmer penguins: measures of 344 animals, some missing, and a sex that is only a dot (Gorman et al. 2014, from vega-datasets).
import type { TableSet } from "./set.ts";

export const penguins: TableSet = {
  kind: "table",
  title: "Penguins",
  about: "Three species by island, beak, flipper, mass and sex: a table as it comes, with missing cells.",
  target: "Species",
  picture: ["Flipper Length (mm)", "Beak Depth (mm)"],
  settings: { hidden: [8], learningRate: 0.01, schedule: "constant", epochs: 100, patience: 100 },
  reaches: 0.95,
  // The package exports its functions alone, which hold all of its tables.
  rows: async () =>
    (await import("../../../node_modules/vega-datasets/data/penguins.json", { with: { type: "json" } })).default,
};
