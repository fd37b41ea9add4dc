// What faults are made of: changes of labels, of columns, of weights, of the rate.
import { optimizerRecord } from "../dist/optim/optimizers/index.js";
import { Tensor } from "../dist/trace/tensor.js";

export const isClasses = ({ task }) => task === "classification";
export const isRegression = ({ task }) => task === "regression";
export const hasRows = (least) => (table) => table.rows >= least;

export const numberOf = (cell) => (cell === null || cell === "" ? Number.NaN : Number(cell));
export const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
export const deviation = (values) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
export const quantile = (values, share) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
};

/** The target as a number: of classes their place by name. */
export function codesOf({ table, rows, target }) {
  const names = table.classes.map(({ name }) => name).sort();
  return rows.map((row) => (isRegression(table) ? numberOf(row[target]) : names.indexOf(row[target])));
}

/** A label that is another one. */
export const anotherClass = ({ table }, draw, label) =>
  draw.one(table.classes.map(({ name }) => name).filter((name) => name !== label));

/** Targets of the chosen rows change places among each other. */
export function exchangeTargets({ target }, draw, chosen) {
  const moved = draw.shuffled(chosen.map((row) => row[target]));
  chosen.forEach((row, i) => {
    row[target] = moved[i];
  });
}

/** Another label, or of numbers the value of another row, in a share of the rows. */
export function wrongTargets(training, draw, share, rows = training.rows) {
  const chosen = rows.filter(() => draw.chance(share));
  if (isRegression(training.table)) exchangeTargets(training, draw, chosen);
  else for (const row of chosen) row[training.target] = anotherClass(training, draw, row[training.target]);
}

/** A column that rows held out do not have yet: theirs are cells of other rows. */
export function addLateColumn({ columns, rows, heldRows }, draw, name, cellOf) {
  columns.push(name);
  rows.forEach((row, i) => {
    row[name] = cellOf(row, i);
  });
  for (const row of heldRows) row[name] = draw.one(rows)[name];
}

/** A column of all rows. */
export function addColumn({ columns, rows, heldRows }, name, cellOf) {
  columns.push(name);
  for (const row of [...rows, ...heldRows]) row[name] = cellOf(row);
}

/** Numbers of some columns changed in all rows: another unit. */
export function changeNumbers({ rows, heldRows }, names, change) {
  for (const row of [...rows, ...heldRows])
    for (const name of names)
      if (Number.isFinite(numberOf(row[name]))) row[name] = String(change(numberOf(row[name]), name));
}

/** x as the network is fed it, of the rows for training, validation and held out: (value, row, column, columns) → value. */
export const editFeatures = (training, change) =>
  training.edits.push((x, rows, width) => {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < width; c++) x[r * width + c] = change(x[r * width + c], r, c, width);
  });

export const rateOf = ({ learningRate, optimizer = "adamw" }) =>
  learningRate ??
  (typeof optimizer === "string" ? optimizerRecord(optimizer).forTables.learningRate : optimizer.learningRate);
export const rateTimes = ({ settings }, factor) => {
  settings.learningRate = rateOf(settings) * factor;
};
/** The training goes on to its last epoch, at one rate. */
export const withoutStop = ({ settings }, epochs) =>
  Object.assign(settings, { epochs, patience: epochs, schedule: "constant" });

/** A network of its own, at rates that suit its depth. */
export const deep = (depth, width, activation) => ({
  hidden: Array(depth).fill(width),
  activation,
  optimizer: "adam",
  learningRate: 0.002,
  epochs: 30,
});

const isMatrix = ({ kind }) => kind === "weight";
const changed = (leaf, value) =>
  Tensor.concrete(
    Float64Array.from(leaf.data, (old, i) => value(old, i)),
    leaf.shape,
  );
/** Weights of dense layers anew: (value, i, { layer, layers, shape }) → value; `layer` counts from 0, the last one gives the output. */
export const setWeights = (training, value) =>
  training.weights.push((leaf, at) => (isMatrix(at) ? changed(leaf, (old, i) => value(old, i, at)) : leaf));
/** Biases of hidden dense layers. */
export const setBiases = (training, value) =>
  training.weights.push((leaf, at) =>
    at.kind === "bias" && at.layer < at.layers - 1 ? changed(leaf, (old, i) => value(old, i, at)) : leaf,
  );
