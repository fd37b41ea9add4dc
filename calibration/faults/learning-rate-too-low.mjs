// Steps that are too small to come anywhere in the epochs that there are.
import { rateTimes } from "../parts.mjs";

export const mechanisms = [
  {
    name: "a thousandth",
    half: "choosing",
    how: "rate × 0.001, each optimizer",
    start: (draw) => ({ optimizer: draw.one(["adamw", "adam", "rmsprop", "adagrad", "sgd"]) }),
    apply: (training) => rateTimes(training, 1e-3),
  },
  {
    name: "a hundredth",
    half: "choosing",
    how: "rate × 0.01, 40 epochs",
    start: (draw) => ({ optimizer: draw.one(["adam", "sgd", "adagrad"]), epochs: 40 }),
    apply: (training) => rateTimes(training, 1e-2),
  },
  {
    name: "a schedule that is soon at nothing",
    half: "choosing",
    how: "rate × 0.8 after every step",
    apply: ({ settings }) => {
      settings.schedule = { kind: "exponential", gamma: 0.8 };
    },
  },
  {
    name: "clipped to nothing",
    half: "reported",
    how: "gradient descent, gradients clipped to a norm of 0.0005",
    start: () => ({ optimizer: "sgd", epochs: 60 }),
    apply: ({ settings }) => {
      settings.clipNorm = 5e-4;
    },
  },
  {
    name: "warm-up without end",
    half: "reported",
    how: "a warm-up of 300,000 steps",
    start: (draw) => ({ optimizer: draw.one(["adamw", "rmsprop"]), epochs: 40 }),
    apply: ({ settings }) => {
      settings.schedule = { kind: "warmup", steps: 300_000 };
    },
  },
  {
    name: "a drop too early",
    half: "reported",
    how: "rate × 0.01 after every 15 steps",
    apply: ({ settings }) => {
      settings.schedule = { kind: "step", every: 15, gamma: 0.01 };
    },
  },
  {
    name: "fine-tuning's rate",
    half: "reported",
    how: "adamw at 0.00001, as for a network that is trained already",
    start: () => ({ optimizer: "adamw" }),
    apply: ({ settings }) => {
      settings.learningRate = 1e-5;
    },
  },
];
