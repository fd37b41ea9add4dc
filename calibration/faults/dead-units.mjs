// Units that are silent for every row.
import { optimizers } from "../../dist/optim/index.js";
import { changeNumbers, isClasses, rateTimes, setBiases, setWeights } from "../parts.mjs";

const relu = (draw) => ({
  hidden: draw.one([
    [64, 32],
    [48, 24],
    [32, 32, 32],
  ]),
  activation: "relu",
  epochs: 60,
});

export const mechanisms = [
  {
    name: "biases of most units",
    half: "choosing",
    how: "biases of 9 in 10 hidden units at −40",
    causes: ["bad-initialization"],
    start: relu,
    apply: (training, draw) => setBiases(training, (value) => (draw.chance(0.9) ? -40 : value)),
  },
  {
    name: "a step far too large",
    half: "choosing",
    how: "gradient descent at a rate of 1, momentum 0.9",
    causes: ["learning-rate-too-high", "exploding-gradient"],
    // A regression diverges before its units die.
    suits: isClasses,
    start: (draw) => ({ ...relu(draw), optimizer: optimizers.sgd({ learningRate: 0.02, momentum: 0.9 }) }),
    apply: (training) => rateTimes(training, 50),
  },
  {
    name: "numbers far from 0",
    half: "choosing",
    how: "numbers plus 500, not standardised",
    causes: ["unscaled-feature", "learning-rate-too-high"],
    suits: ({ numbers }) => numbers.length >= 2,
    start: relu,
    apply: (training) => {
      training.data.standardize = false;
      changeNumbers(training, training.table.numbers, (value) => value + 500);
    },
  },
  {
    name: "negative weights",
    half: "reported",
    how: "weights after the first hidden layer all negative",
    causes: ["bad-initialization"],
    start: relu,
    apply: (training) =>
      setWeights(training, (value, _, { layer, layers }) =>
        layer > 0 && layer < layers - 1 ? -Math.abs(value) : value,
      ),
  },
  {
    name: "a large rate of adam",
    half: "reported",
    how: "adam at a rate of 2",
    causes: ["learning-rate-too-high", "exploding-gradient"],
    start: (draw) => ({ ...relu(draw), optimizer: "adam" }),
    apply: ({ settings }) => {
      settings.learningRate = 2;
    },
  },
  {
    name: "one layer",
    half: "reported",
    how: "biases of the last hidden layer at −30, but of 2 units",
    causes: ["bad-initialization"],
    start: relu,
    apply: (training) =>
      setBiases(training, (value, i, { layer, layers }) => (layer === layers - 2 && i >= 2 ? -30 : value)),
  },
];
