// Batches of so few rows that steps go by their noise.
import { optimizers } from "../../dist/optim/index.js";
import { hasRows, isClasses, isRegression, wrongTargets } from "../parts.mjs";

const few = (training, batchSize, epochs = 10) =>
  Object.assign(training.settings, { batchSize, epochs, patience: epochs });

export const mechanisms = [
  {
    name: "single rows",
    half: "choosing",
    how: "1 row a batch at the rate for 32, which stays as it is",
    suits: hasRows(300),
    start: (draw) => ({ optimizer: draw.one(["adamw", "adam"]), batchSize: 32, epochs: 30, schedule: "constant" }),
    apply: (training) => few(training, 1),
  },
  {
    name: "pairs, wrong labels",
    half: "choosing",
    how: "2 rows a batch of a table where 15 % of the targets are those of other rows",
    suits: hasRows(300),
    start: () => ({ optimizer: "adam", batchSize: 32, epochs: 30, schedule: "constant" }),
    before: (training, draw) => wrongTargets(training, draw, 0.15),
    apply: (training) => few(training, 2),
    causes: ["label-noise"],
  },
  {
    name: "momentum",
    half: "choosing",
    how: "2 rows a batch, momentum 0.9 at a rate of 0.03",
    suits: hasRows(300),
    start: () => ({
      ...{ optimizer: optimizers.sgd({ learningRate: 0.03, momentum: 0.9 }), batchSize: 64 },
      ...{ epochs: 30, schedule: "constant" },
    }),
    apply: (training) => few(training, 2),
  },
  {
    name: "rare classes",
    half: "reported",
    how: "1 row a batch where classes are unlike in number",
    suits: (table) => isClasses(table) && table.rows >= 300 && table.classes.at(-1).count < 0.3 * table.rows,
    start: () => ({ optimizer: "rmsprop", batchSize: 32, epochs: 30, schedule: "constant" }),
    apply: (training) => few(training, 1),
  },
  {
    name: "heavy tails",
    half: "reported",
    how: "3 rows a batch of a regression by gradient descent at a rate of 0.05",
    suits: (table) => isRegression(table) && table.rows >= 300,
    start: () => ({ optimizer: "sgd", learningRate: 0.05, batchSize: 64, epochs: 40, schedule: "constant" }),
    apply: (training) => few(training, 3),
  },
  {
    name: "normalised over pairs",
    half: "reported",
    how: "batch normalisation over 2 rows",
    suits: hasRows(300),
    start: () => ({ optimizer: "adam", batchSize: 32, epochs: 30, normalization: "batch", hidden: [48, 24] }),
    apply: (training) => few(training, 2, 12),
  },
  {
    name: "four rows, wide network",
    half: "reported",
    how: "4 rows a batch, a network of 128 and 128 units at a rate of 0.02",
    suits: hasRows(300),
    start: () => ({
      optimizer: "adam",
      learningRate: 0.02,
      batchSize: 64,
      epochs: 30,
      schedule: "constant",
      hidden: [128, 128],
    }),
    apply: (training) => few(training, 4, 12),
  },
];
