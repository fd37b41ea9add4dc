// Numbers that are none, or become so.
import { isRegression, numberOf, rateTimes, setWeights } from "../parts.mjs";

/** In some training rows. */
const plant = (training, draw, value, share) => {
  const place = draw.uniform();
  training.edits.push((x, rows, width, isTraining) => {
    if (!isTraining) return;
    const column = Math.floor(place * width);
    for (let r = 0; r < rows; r++) if (draw.chance(share)) x[r * width + column] = value;
    x[column] = value;
  });
};
const descent = (draw) => ({ optimizer: "sgd", activation: draw.one(["relu", "elu"]), epochs: 30 });

export const mechanisms = [
  {
    name: "NaN in a column",
    half: "choosing",
    how: "NaN in 1 % of the training rows of a feature",
    apply: (training, draw) => plant(training, draw, Number.NaN, 0.01),
  },
  {
    name: "an enormous rate",
    half: "choosing",
    how: "gradient descent of a regression at 50,000 times its rate",
    causes: ["learning-rate-too-high", "exploding-gradient"],
    suits: isRegression,
    start: descent,
    apply: (training) => rateTimes(training, 5e4),
  },
  {
    name: "enormous weights",
    half: "choosing",
    how: "weights × 1e15",
    causes: ["bad-initialization", "exploding-gradient"],
    start: (draw) => ({ hidden: [32, 32, 32], activation: draw.one(["relu", "gelu", "elu"]), epochs: 20 }),
    apply: (training) => setWeights(training, (value) => 1e15 * value),
  },
  {
    name: "a division by 0",
    half: "reported",
    how: "infinity in 5 % of the training rows of a feature",
    apply: (training, draw) =>
      plant(training, draw, draw.one([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]), 0.05),
  },
  {
    name: "a damaged weight",
    half: "reported",
    how: "one initial weight of the second layer NaN",
    causes: ["bad-initialization"],
    start: (draw) => ({ hidden: [32, 32], activation: draw.one(["relu", "tanh"]), epochs: 20 }),
    apply: (training) => setWeights(training, (value, i, { layer }) => (layer === 1 && i === 100 ? Number.NaN : value)),
  },
  {
    name: "raw target",
    half: "reported",
    how: "gradient descent on a target in millionths, not standardised",
    causes: ["learning-rate-too-high", "exploding-gradient", "unscaled-feature"],
    suits: isRegression,
    start: descent,
    apply: (training) => {
      training.data.standardize = false;
      for (const row of [...training.rows, ...training.heldRows])
        row[training.target] = String(1e6 * (1 + Math.abs(numberOf(row[training.target]))));
    },
  },
  {
    name: "a sum of squares",
    half: "reported",
    how: "the sum over a batch of 256 rows rather than the mean, by gradient descent at a rate of 1",
    causes: ["learning-rate-too-high", "exploding-gradient"],
    suits: (table) => isRegression(table) && table.rows >= 600,
    start: descent,
    apply: ({ settings }) => Object.assign(settings, { loss: "halfSumOfSquares", batchSize: 256, learningRate: 1 }),
  },
];
