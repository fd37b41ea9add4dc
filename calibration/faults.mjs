// The faults: each is put into a healthy trial by construction, at three strengths, in several ways.
import { full, zeros } from "../dist/trace/create.js";
import {
  addNoiseFeatures,
  at,
  editColumns,
  every,
  exchange,
  flip,
  isBias,
  isWeight,
  plainNet,
  rateTimes,
  scaleWeights,
  withValues,
} from "./changes.mjs";

/** Per kind, the ways to bring it about: what a trial needs, and the change at level 0, 1, 2 (weak, plain, strong); `how` says it,
 * `causes` which other verdicts name what was done as well: small weights are initial weights that are wrong. */
export const faults = {
  "vanishing-gradient": [
    {
      name: "deep sigmoid",
      how: "sigmoid networks of 5, 9, 14 hidden layers",
      needs: { activations: ["sigmoid"], aids: plainNet, depth: [1, 1], widths: [16, 24, 32, 64] },
      apply: (trial, level) => {
        const depth = at(level, [5, 9, 14]);
        trial.settings.hidden = Array(depth).fill(trial.settings.hidden[0]);
      },
    },
    {
      name: "small weights",
      causes: ["bad-initialization"],
      how: "6 to 8 hidden layers, weights × 0.45, 0.25, 0.1",
      needs: { activations: ["tanh", "relu", "elu", "leakyRelu"], aids: plainNet, depth: [6, 8], widths: [16, 32, 64] },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [0.45, 0.25, 0.1]));
      },
    },
  ],
  "exploding-gradient": [
    {
      name: "large weights",
      causes: ["bad-initialization"],
      how: "5 to 8 hidden layers, all weights × 2, 3.5, 8",
      needs: { activations: ["relu", "leakyRelu", "elu"], aids: plainNet, depth: [5, 8], widths: [16, 32, 64] },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [2, 3.5, 8]));
      },
    },
    {
      name: "large hidden weights",
      causes: ["bad-initialization"],
      how: "6 to 8 hidden layers, weights between them × 2.5, 4, 10",
      needs: { activations: ["relu", "leakyRelu"], aids: plainNet, depth: [6, 8], widths: [16, 32, 64] },
      apply: (trial, level) => {
        const gain = at(level, [2.5, 4, 10]);
        trial.weights = (leaf, path) => (isWeight(path) && leaf.shape[0] === leaf.shape[1] ? leaf.mul(gain) : leaf);
      },
    },
  ],
  "dead-units": [
    {
      name: "shifted biases",
      causes: ["bad-initialization"],
      how: "relu, biases of 60 %, 85 %, 96 % of the hidden units at −50",
      needs: { activations: ["relu"], aids: plainNet, depth: [1, 4], widths: [16, 32, 64] },
      apply: (trial, level, draw) => {
        // The share of units of every hidden layer whose bias is so far down that no row reaches them.
        const share = at(level, [0.6, 0.85, 0.96]);
        trial.weights = withValues(
          (leaf, path) => isBias(path) && leaf.size === trial.settings.hidden[0],
          () => (draw.chance(share) ? -50 : 0),
        );
      },
    },
    {
      name: "a dead layer",
      causes: ["bad-initialization"],
      how: "relu, biases of 70 %, 94 %, 100 % of one layer's units at −50",
      needs: { activations: ["relu"], aids: plainNet, depth: [2, 4], widths: [16, 32, 64] },
      apply: (trial, level, draw) => {
        const layer = 2 * draw.whole(0, trial.settings.hidden.length - 1);
        const share = at(level, [0.7, 0.94, 1]);
        trial.weights = withValues(
          (_, path) => path === `layers.${layer}.bias`,
          (i, size) => (i < share * size ? -50 : 0),
        );
      },
    },
  ],
  saturation: [
    {
      name: "large weights",
      causes: ["bad-initialization"],
      how: "tanh: weights × 5, 15, 60; sigmoid: three times as much",
      needs: { activations: ["tanh", "sigmoid"], aids: plainNet, depth: [1, 3], widths: [16, 32, 64] },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [5, 15, 60]) * (trial.settings.activation === "sigmoid" ? 3 : 1));
      },
    },
    {
      name: "large inputs",
      causes: ["unscaled-feature"],
      how: "tanh or sigmoid, inputs × 8, 40, 300",
      needs: { activations: ["tanh", "sigmoid"], aids: plainNet, depth: [1, 2], widths: [16, 32, 64] },
      apply: (trial, level) => {
        const gain = at(level, [8, 40, 300]);
        trial.edits.push(editColumns(every, (value) => value * gain));
      },
    },
  ],
  "bad-initialization": [
    {
      name: "zeros",
      how: "weights 0: of the hidden layers, of all, of all",
      needs: { depth: [1, 3], aids: plainNet },
      apply: (trial, level) => {
        // Weak: the hidden layers alone.
        trial.weights = (leaf, path) =>
          isWeight(path) && (level > 0 || leaf.shape[1] === trial.settings.hidden[0]) ? zeros(leaf.shape) : leaf;
      },
    },
    {
      name: "all alike",
      how: "all weights 0.02, 0.1, 0.5",
      needs: { depth: [1, 3], aids: plainNet },
      apply: (trial, level) => {
        const value = at(level, [0.02, 0.1, 0.5]);
        trial.weights = (leaf, path) => (isWeight(path) && leaf.rank === 2 ? full(leaf.shape, value) : leaf);
      },
    },
    {
      name: "tiny",
      how: "weights × 0.1, 0.01, 0.0001",
      needs: { depth: [2, 4], aids: plainNet },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [0.1, 0.01, 1e-4]));
      },
    },
    {
      name: "huge",
      how: "weights × 6, 20, 100",
      needs: { depth: [1, 3], aids: plainNet },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [6, 20, 100]));
      },
    },
  ],
  "learning-rate-too-high": [
    {
      name: "rate",
      how: "rate × 30, 80 to 300, 1000",
      needs: { depth: [1, 4] },
      apply: (trial, level, draw) => rateTimes(trial, at(level, [30, draw.scale(80, 300), 1000])),
    },
  ],
  "learning-rate-too-low": [
    {
      name: "rate",
      how: "rate × 0.02, 0.001, 0.0001",
      needs: { depth: [1, 4] },
      apply: (trial, level) => rateTimes(trial, at(level, [0.02, 1e-3, 1e-4])),
    },
  ],
  "unscaled-feature": [
    {
      name: "one column",
      how: "one standardised column × 50, 1000 to 10,000, 100,000",
      needs: {},
      apply: (trial, level, draw) => {
        const gain = at(level, [50, draw.scale(1e3, 1e4), 1e5]);
        const pick = draw.uniform();
        trial.edits.push(
          editColumns(
            (width) => [Math.floor(pick * width)],
            (value) => value * gain,
          ),
        );
      },
    },
    {
      name: "raw values",
      how: "no standardisation, one column × 30 + 100, × 1000 + 5000, × 100,000 + 100,000",
      needs: { datasets: ["cars", "linear", "blobs", "friedman", "logistic"] },
      apply: (trial, level, draw) => {
        // A column in another unit, and no standardisation.
        const [gain, shift] = at(level, [
          [30, 100],
          [1e3, 5e3],
          [1e5, 1e5],
        ]);
        trial.standardize = false;
        const { rows, target } = trial.data;
        const columns = Object.keys(rows[0]).filter(
          (c) => c !== target && rows.every((row) => Number.isFinite(row[c])),
        );
        const column = draw.one(columns);
        for (const row of rows) row[column] = row[column] * gain + shift;
      },
    },
  ],
  "leaking-feature": [
    {
      name: "copy",
      how: "the target as a column, with noise of 0.15, 0.03, 0 standard deviations; weak copies of classes are wrong in 3 % of the rows",
      needs: {
        datasets: ["moons", "circles", "spirals", "xor", "logistic", "sparse", "linear", "friedman", "wave", "blobs"],
      },
      apply: (trial, level, draw) => {
        const noise = at(level, [0.15, 0.03, 0]);
        const { rows, target, task } = trial.data;
        const labels = [...new Set(rows.map((row) => row[target]))].sort();
        const numbers = rows.map((row) => (task === "regression" ? row[target] : labels.indexOf(row[target])));
        const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
        const std = Math.sqrt(numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0) / numbers.length);
        // Weak copies of classes are wrong in some rows.
        rows.forEach((row, i) => {
          const wrong = task === "classification" && draw.chance(noise / 5);
          const value = wrong ? draw.one(numbers) : numbers[i];
          row.copied = value + noise * std * draw.normal();
        });
      },
    },
  ],
  "label-noise": [
    {
      name: "flipped",
      how: "10 %, 20 %, 40 % of the labels replaced by another",
      needs: {
        datasets: ["moons", "circles", "blobs", "spirals", "iris", "penguins", "sparse", "xor"],
        rows: [400, 900],
        optimizers: ["adam", "adamw", "momentum", "rmsprop"],
        depth: [1, 3],
      },
      apply: (trial, level, draw) => flip(trial, draw, at(level, [0.1, 0.2, 0.4])),
    },
    {
      name: "permuted",
      how: "10 %, 20 %, 40 % of the values exchanged among each other",
      needs: {
        datasets: ["linear", "friedman", "wave", "cars"],
        rows: [400, 900],
        optimizers: ["adam", "adamw", "momentum", "rmsprop"],
        depth: [1, 3],
      },
      apply: (trial, level, draw) => flip(trial, draw, at(level, [0.1, 0.2, 0.4])),
    },
  ],
  "uninformative-features": [
    {
      name: "shuffled",
      how: "95 %, 100 %, 100 % of the labels or values exchanged among each other",
      needs: {
        datasets: ["moons", "circles", "blobs", "linear", "friedman", "wave"],
        rows: [400, 900],
        optimizers: ["adam", "adamw", "momentum", "rmsprop"],
        depth: [1, 3],
      },
      apply: (trial, level, draw) => exchange(trial, draw, at(level, [0.95, 1, 1])),
    },
  ],
  "batch-too-small": [
    {
      name: "few rows",
      causes: ["label-noise"],
      how: "8, 2 to 4, 1 rows a batch, rate × 2, 4, 4, 15 % of the labels wrong",
      needs: {
        datasets: ["logistic", "friedman", "linear", "blobs", "sparse"],
        depth: [1, 3],
        optimizers: ["sgd", "momentum", "adam", "rmsprop"],
        rows: [300, 500],
        aids: [undefined, "layer"],
      },
      apply: (trial, level, draw) => {
        const { settings } = trial;
        settings.batchSize = at(level, [8, draw.whole(2, 4), 1]);
        settings.epochs = 12;
        settings.schedule = "constant";
        // Noise in the targets, and steps so large that it is not averaged over many of them.
        flip(trial, draw, 0.15);
        rateTimes(trial, at(level, [2, 4, 4]));
      },
    },
  ],
  overfitting: [
    {
      name: "few rows, idle features",
      how: "50, 45, 35 training rows, 10, 30, 60 features that say nothing, 10 %, 20 %, 30 % of the labels wrong, 400, 900, 1200 steps",
      needs: {
        datasets: ["logistic", "friedman", "linear", "moons"],
        rows: [100, 100],
        depth: [1, 3],
        widths: [32, 64, 128],
        optimizers: ["adam", "adamw", "momentum", "rmsprop"],
        activations: ["relu", "gelu", "elu", "tanh", "silu"],
        batches: [16, 32],
        aids: [undefined, "layer"],
      },
      apply: (trial, level, draw) => {
        const { data, settings } = trial;
        // Half of the rows are for validation, so that it can be told.
        trial.validation = 0.5;
        data.rows.splice(at(level, [100, 90, 70]));
        addNoiseFeatures(trial, draw, at(level, [10, 30, 60]));
        flip(trial, draw, at(level, [0.1, 0.2, 0.3]));
        settings.epochs = Math.round((at(level, [400, 900, 1200]) * settings.batchSize * 2) / data.rows.length);
        settings.patience = settings.epochs;
        settings.schedule = "constant";
      },
    },
  ],
  "constant-output": [
    {
      name: "features say nothing",
      causes: ["uninformative-features", "unscaled-feature"],
      how: "all features × 0.0001 + 0.5; 0.5; 0",
      needs: { aids: [undefined, "residual"] },
      apply: (trial, level) => {
        // All columns the same in every row, or (weak) nearly.
        const gain = at(level, [1e-4, 0, 0]);
        trial.edits.push(editColumns(every, (value) => value * gain + (level === 2 ? 0 : 0.5)));
      },
    },
    {
      name: "dead network",
      causes: ["dead-units", "bad-initialization"],
      how: "relu, biases of one layer at −80: of all units but one, of all, of all",
      needs: { activations: ["relu"], aids: plainNet },
      apply: (trial, level, draw) => {
        const layer = 2 * draw.whole(0, trial.settings.hidden.length - 1);
        trial.weights = withValues(
          (_, path) => path === `layers.${layer}.bias`,
          (i, size) => (level > 0 || i < size - 1 ? -80 : 0),
        );
      },
    },
  ],
  "class-imbalance": [
    {
      name: "rare class",
      how: "8 %, 3 %, 1.2 % of the rows in one class",
      needs: { datasets: ["moons", "circles", "blobs", "logistic", "xor", "spirals"], rows: [900, 900] },
      apply: (trial, level, draw) => {
        const { data } = trial;
        const labels = [...new Set(data.rows.map((row) => row[data.target]))].sort();
        const rare = draw.one(labels);
        const others = data.rows.filter((row) => row[data.target] !== rare);
        const share = at(level, [0.08, 0.03, 0.012]);
        const few = data.rows.filter((row) => row[data.target] === rare);
        data.rows = draw.shuffled([
          ...others,
          ...few.slice(0, Math.max(4, Math.round((share * others.length) / (1 - share)))),
        ]);
      },
    },
  ],
  "non-finite": [
    {
      name: "planted in the data",
      how: "NaN or infinity in 1, 3, 20 rows of one column",
      needs: {},
      apply: (trial, level, draw) => {
        const value = draw.one([Number.NaN, Number.POSITIVE_INFINITY]);
        const count = at(level, [1, 3, 20]);
        const [row, column] = [draw.uniform(), draw.uniform()];
        trial.edits.push(({ train, preprocessing }) => {
          const width = preprocessing.features.length;
          for (let i = 0; i < count; i++) {
            const at = (Math.floor(row * train.rows) + 7 * i) % train.rows;
            train.x[at * width + Math.floor(column * width)] = value;
          }
        });
      },
    },
    {
      name: "enormous rate",
      causes: ["learning-rate-too-high"],
      how: "rate × 1000, 100,000, 100,000,000, for regressions",
      needs: {
        datasets: ["linear", "friedman", "wave", "cars"],
        optimizers: ["sgd", "momentum"],
        activations: ["relu", "leakyRelu", "elu", "softplus"],
        aids: plainNet,
      },
      apply: (trial, level) => rateTimes(trial, at(level, [1e3, 1e5, 1e8])),
    },
    {
      name: "enormous weights",
      causes: ["bad-initialization", "exploding-gradient"],
      how: "weights × 1e8, 1e15, 1e25",
      needs: { activations: ["relu", "leakyRelu", "elu", "gelu"], aids: plainNet, depth: [2, 5] },
      apply: (trial, level) => {
        trial.weights = scaleWeights(at(level, [1e8, 1e15, 1e25]));
      },
    },
  ],
};
