// Gradients that explode: weights and identities by which they grow from layer to layer.
import { deep, setWeights } from "../parts.mjs";

export const mechanisms = [
  {
    name: "large weights",
    half: "choosing",
    how: "all weights × 3 in 6 layers of relu",
    causes: ["bad-initialization"],
    start: () => deep(6, 32, "relu"),
    apply: (training) => setWeights(training, (value) => 3 * value),
  },
  {
    name: "one large layer",
    half: "choosing",
    how: "weights of the second of 4 layers of elu × 60",
    causes: ["bad-initialization"],
    start: () => deep(4, 32, "elu"),
    apply: (training) => setWeights(training, (value, _, { layer }) => (layer === 1 ? 60 * value : value)),
  },
  {
    name: "standard normal weights",
    half: "choosing",
    how: "weights of mean 0 and standard deviation 1 in 5 layers of gelu",
    causes: ["bad-initialization"],
    start: () => deep(5, 48, "gelu"),
    apply: (training, draw) => setWeights(training, () => draw.normal()),
  },
  {
    name: "identities without end",
    half: "reported",
    how: "an identity around each of 16 layers of relu, without normalisation",
    start: () => deep(3, 32, "relu"),
    apply: ({ settings }) => {
      settings.hidden = Array(16).fill(32);
      settings.residual = true;
    },
  },
  {
    name: "positive weights",
    half: "reported",
    how: "weights without their signs in 6 layers of relu",
    causes: ["bad-initialization"],
    start: () => deep(6, 32, "relu"),
    apply: (training) => setWeights(training, Math.abs),
  },
  {
    name: "growing with depth",
    half: "reported",
    how: "weights × 1, 1.8, 2.6, … from layer to layer, 7 layers of leaky relu",
    causes: ["bad-initialization"],
    start: () => deep(7, 32, "leakyRelu"),
    apply: (training) => setWeights(training, (value, _, { layer }) => (1 + 0.8 * layer) * value),
  },
];
