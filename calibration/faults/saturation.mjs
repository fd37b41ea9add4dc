// Units of tanh and sigmoid that stand at their ends.
import { changeNumbers, editFeatures, rateTimes, setBiases, setWeights } from "../parts.mjs";

const bounded = (activation) => (draw) => ({ hidden: draw.one([[64, 32], [48], [32, 32]]), activation, epochs: 60 });

export const mechanisms = [
  {
    name: "large weights",
    half: "choosing",
    how: "tanh, all weights × 20",
    causes: ["bad-initialization"],
    start: bounded("tanh"),
    apply: (training) => setWeights(training, (value) => 20 * value),
  },
  {
    name: "raw numbers",
    half: "choosing",
    how: "sigmoid, numbers in thousandths of their unit, not standardised",
    causes: ["unscaled-feature"],
    suits: ({ numbers }) => numbers.length >= 3,
    start: bounded("sigmoid"),
    apply: (training) => {
      training.data.standardize = false;
      changeNumbers(training, training.table.numbers, (value) => 1000 * value);
    },
  },
  {
    name: "steps too large",
    half: "choosing",
    how: "tanh, rate × 100",
    causes: ["learning-rate-too-high"],
    start: (draw) => ({ ...bounded("tanh")(draw), optimizer: "adam" }),
    apply: (training) => rateTimes(training, 100),
  },
  {
    name: "large biases",
    half: "reported",
    how: "tanh, biases of ± 8",
    causes: ["bad-initialization"],
    start: bounded("tanh"),
    apply: (training) => setBiases(training, (_, i) => (i % 2 === 0 ? 8 : -8)),
  },
  {
    name: "standard normal weights",
    half: "reported",
    how: "tanh, weights of mean 0 and standard deviation 1, times 4",
    causes: ["bad-initialization"],
    start: bounded("tanh"),
    apply: (training, draw) => setWeights(training, () => 4 * draw.normal()),
  },
  {
    name: "standardised twice by mistake",
    half: "reported",
    how: "sigmoid, features divided by their variance where it is small: × 60",
    causes: ["unscaled-feature"],
    start: bounded("sigmoid"),
    apply: (training) => editFeatures(training, (value) => 60 * value),
  },
  {
    name: "positive weights",
    half: "reported",
    how: "sigmoid, weights without their signs, × 8",
    causes: ["bad-initialization"],
    start: bounded("sigmoid"),
    apply: (training) => setWeights(training, (value) => 8 * Math.abs(value)),
  },
];
