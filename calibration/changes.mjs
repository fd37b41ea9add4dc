// The changes that faults are made of: of weights, of columns, of labels, of the rate.
import { Tensor } from "../dist/trace/tensor.js";

export const isWeight = (path) => path.endsWith("weight");
export const isBias = (path) => path.endsWith("bias");
/** Without normalisation or identities, which would mend it. */
export const plainNet = [undefined];
/** Weights of dense layers times a gain, all but the last layer's where `hiddenOnly`. */
export const scaleWeights = (gain) => (leaf, path) => (isWeight(path) && leaf.rank === 2 ? leaf.mul(gain) : leaf);
/** Values in place of those of some parameters: (place, size) → value. */
export const withValues = (isChanged, value) => (leaf, path) =>
  isChanged(leaf, path)
    ? Tensor.concrete(
        Float64Array.from(leaf.data, (_, i) => value(i, leaf.size)),
        leaf.shape,
      )
    : leaf;

const overSplits = (prepared, change) => {
  for (const split of [prepared.train, prepared.validation]) if (split) change(split, split.x.length / split.rows);
};
/** x of some columns changed: (value, row, column) → value. */
export const editColumns = (choose, change) => (prepared) => {
  const columns = choose(prepared.preprocessing.features.length);
  overSplits(prepared, ({ x, rows }, width) => {
    for (let r = 0; r < rows; r++) for (const c of columns) x[r * width + c] = change(x[r * width + c], r, c);
  });
};
export const every = (width) => Array.from({ length: width }, (_, i) => i);

/** The same optimizer with its rate times a factor. */
export const rateTimes = (trial, factor) => {
  const { optimizer } = trial.settings;
  trial.settings.optimizer = { ...optimizer, learningRate: optimizer.learningRate * factor };
};

/** Another label than the row's own, drawn among the labels of all rows. */
export const flip = (trial, draw, share) => {
  const { rows, target, task } = trial.data;
  const chosen = rows.filter(() => draw.chance(share));
  if (task === "regression") {
    exchangeOf(trial, draw, chosen);
    return;
  }
  const labels = [...new Set(rows.map((row) => row[target]))];
  for (const row of chosen) row[target] = draw.one(labels.filter((label) => label !== row[target]));
};

/** A share of the rows exchange their targets, whatever these are. */
export const exchange = (trial, draw, share) =>
  exchangeOf(
    trial,
    draw,
    trial.data.rows.filter(() => draw.chance(share)),
  );

/** Targets of the chosen rows change places. */
const exchangeOf = ({ data: { target } }, draw, chosen) => {
  const moved = draw.shuffled(chosen.map((row) => row[target]));
  chosen.forEach((row, i) => {
    row[target] = moved[i];
  });
};

/** As many rows with a target of their own as `rows` has: features that say nothing of it. */
export const addNoiseFeatures = (trial, draw, count) => {
  for (const row of trial.data.rows) for (let i = 1; i <= count; i++) row[`noise${i}`] = draw.normal();
};

export const at = (level, values) => values[level];
