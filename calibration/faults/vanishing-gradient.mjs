// Gradients that vanish: deep networks of activations, weights and biases that pass little on.
import { deep, setBiases, setWeights } from "../parts.mjs";

export const mechanisms = [
  {
    name: "deep sigmoid",
    half: "choosing",
    how: "8 hidden layers of sigmoid in place of 1",
    start: () => deep(1, 32, "sigmoid"),
    apply: ({ settings }) => {
      settings.hidden = Array(8).fill(32);
    },
  },
  {
    name: "small weights, deep tanh",
    half: "choosing",
    how: "weights × 0.3 in 8 layers of tanh",
    causes: ["bad-initialization"],
    start: () => deep(8, 32, "tanh"),
    apply: (training) => setWeights(training, (value) => 0.3 * value),
  },
  {
    name: "one small layer",
    half: "choosing",
    how: "weights of the third of 5 layers of relu × 0.005",
    causes: ["bad-initialization"],
    start: () => deep(5, 32, "relu"),
    apply: (training) => setWeights(training, (value, _, { layer }) => (layer === 2 ? 0.005 * value : value)),
  },
  {
    name: "softmax within",
    half: "reported",
    how: "softmax after each of 3 hidden layers",
    start: () => deep(3, 32, "relu"),
    apply: ({ settings }) => {
      settings.activation = "softmax";
    },
  },
  {
    name: "biases at the ends",
    half: "reported",
    how: "biases of 4 layers of tanh at ± 3",
    causes: ["bad-initialization", "saturation"],
    start: () => deep(4, 32, "tanh"),
    apply: (training) => setBiases(training, (_, i) => (i % 2 === 0 ? 3 : -3)),
  },
  {
    name: "initial weights of another activation",
    half: "reported",
    how: "14 layers of relu with initial weights for linear layers (LeCun)",
    causes: ["bad-initialization"],
    start: () => deep(14, 32, "relu"),
    apply: ({ settings }) => {
      settings.init = "lecunNormal";
    },
  },
  {
    name: "sigmoid bottleneck",
    half: "reported",
    how: "sigmoid layers of 64, 16, 4, 2, 4, 16 units",
    start: () => deep(2, 32, "sigmoid"),
    apply: ({ settings }) => {
      settings.hidden = [64, 16, 4, 2, 4, 16];
    },
  },
];
