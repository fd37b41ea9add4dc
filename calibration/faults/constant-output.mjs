// Networks that give every row the same answer.
import { editFeatures, setBiases, setWeights } from "../parts.mjs";

const relu = { activation: "relu", hidden: [48, 24], epochs: 40 };

export const mechanisms = [
  {
    name: "constant columns",
    half: "choosing",
    how: "every feature 0.5 in every row",
    causes: ["uninformative-features", "unscaled-feature"],
    apply: (training) => editFeatures(training, () => 0.5),
  },
  {
    name: "dead layer",
    half: "choosing",
    how: "biases of the hidden layers at −80",
    causes: ["dead-units", "bad-initialization"],
    start: () => relu,
    apply: (training) => setBiases(training, () => -80),
  },
  {
    name: "decay to nothing",
    half: "choosing",
    how: "a weight decay of 60",
    causes: ["vanishing-gradient"],
    start: () => ({ optimizer: "adamw", epochs: 40 }),
    apply: ({ settings }) => {
      settings.weightDecay = 60;
    },
  },
  {
    name: "features without spread",
    half: "reported",
    how: "features × 0.00001 + 3",
    causes: ["uninformative-features", "unscaled-feature"],
    apply: (training) => editFeatures(training, (value) => 1e-5 * value + 3),
  },
  {
    name: "deep sigmoid",
    half: "reported",
    how: "12 layers of sigmoid",
    causes: ["vanishing-gradient"],
    start: () => ({ activation: "sigmoid", hidden: [32], optimizer: "adam", learningRate: 0.003, epochs: 30 }),
    apply: ({ settings }) => {
      settings.hidden = Array(12).fill(32);
    },
  },
  {
    name: "one dead unit between",
    half: "reported",
    how: "a layer of one relu unit that is never above 0",
    causes: ["dead-units", "bad-initialization"],
    start: () => ({ ...relu, hidden: [48, 8, 24] }),
    apply: (training) => {
      training.settings.hidden = [48, 1, 24];
      setBiases(training, (value, _, { layer }) => (layer === 1 ? -25 : value));
    },
  },
  {
    name: "weights of 0 going out",
    half: "reported",
    how: "weights of the last two layers, and biases of the hidden ones, 0",
    causes: ["bad-initialization", "vanishing-gradient"],
    start: () => relu,
    apply: (training) => {
      setWeights(training, (value, _, { layer, layers }) => (layer >= layers - 2 ? 0 : value));
      setBiases(training, () => 0);
    },
  },
];
