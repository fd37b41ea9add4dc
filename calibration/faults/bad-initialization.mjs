// Initial weights that are wrong: alike, of one sign, in one layer, in their biases, for their depth.
import { deep, setBiases, setWeights } from "../parts.mjs";

const start = (draw) => ({
  hidden: draw.one([
    [64, 32],
    [48, 24],
    [32, 32, 32],
  ]),
  activation: draw.one(["relu", "tanh", "gelu"]),
  epochs: 60,
});

export const mechanisms = [
  {
    name: "zeros",
    half: "choosing",
    how: "all weights 0",
    causes: ["vanishing-gradient", "constant-output"],
    start,
    apply: (training) => setWeights(training, () => 0),
  },
  {
    name: "units in pairs",
    half: "choosing",
    how: "every second unit of a layer has the weights of the one before it, going in and out",
    start,
    apply: (training) => {
      setWeights(training, (value, i, at) => {
        const [, outs] = at.shape;
        const [row, column] = [Math.floor(i / outs), i % outs];
        at.values ??= new Map();
        const isLast = at.layer === at.layers - 1;
        const source = `${at.layer === 0 ? row : row - (row % 2)} ${isLast ? column : column - (column % 2)}`;
        if (!at.values.has(source)) at.values.set(source, value);
        return at.values.get(source);
      });
      setBiases(training, () => 0);
    },
  },
  {
    name: "one small layer",
    half: "choosing",
    how: "weights of the second layer × 0.01",
    causes: ["vanishing-gradient"],
    start,
    apply: (training) => setWeights(training, (value, _, { layer }) => (layer === 1 ? 0.01 * value : value)),
  },
  {
    name: "huge",
    half: "choosing",
    how: "all weights × 20",
    causes: ["exploding-gradient", "saturation"],
    start,
    apply: (training) => setWeights(training, (value) => 20 * value),
  },
  {
    name: "all equal",
    half: "reported",
    how: "all weights 0.1",
    start,
    apply: (training) => setWeights(training, () => 0.1),
  },
  {
    name: "one sign",
    half: "reported",
    how: "weights without their signs",
    causes: ["exploding-gradient", "saturation"],
    start,
    apply: (training) => setWeights(training, Math.abs),
  },
  {
    name: "one large layer",
    half: "reported",
    how: "weights of the first layer × 25",
    causes: ["saturation", "exploding-gradient"],
    start,
    apply: (training) => setWeights(training, (value, _, { layer }) => (layer === 0 ? 25 * value : value)),
  },
  {
    name: "huge biases",
    half: "reported",
    how: "biases of mean 0 and standard deviation 30",
    causes: ["dead-units", "saturation"],
    start,
    apply: (training, draw) => setBiases(training, () => 30 * draw.normal()),
  },
  {
    name: "a fixed small spread",
    half: "reported",
    how: "weights of standard deviation 0.01 in 7 layers of relu",
    causes: ["vanishing-gradient"],
    start: () => deep(7, 32, "relu"),
    apply: (training, draw) => setWeights(training, () => 0.01 * draw.normal()),
  },
];
