// Steps that are too large, by the rate and by what multiplies it.
import { optimizers } from "../../dist/optim/index.js";
import { isRegression, rateTimes } from "../parts.mjs";

export const mechanisms = [
  {
    name: "a hundred times",
    half: "choosing",
    how: "rate × 100, each optimizer",
    start: (draw) => ({ optimizer: draw.one(["adamw", "adam", "rmsprop"]), epochs: 40 }),
    apply: (training) => rateTimes(training, 100),
  },
  {
    name: "gradient descent",
    half: "choosing",
    how: "gradient descent at a rate of 2, rather than 0.02",
    start: () => ({ optimizer: "sgd", learningRate: 0.02, epochs: 60 }),
    apply: ({ settings }) => {
      settings.learningRate = 2;
    },
  },
  {
    name: "warm-up to too much",
    half: "choosing",
    how: "a warm-up of a tenth of the steps to 60 times the rate",
    start: () => ({ optimizer: "adam", epochs: 40 }),
    apply: (training) => {
      training.settings.schedule = "warmup";
      rateTimes(training, 60);
    },
  },
  {
    name: "too much momentum",
    half: "reported",
    how: "a momentum of 0.99 at a rate of 0.1 that suits none",
    start: () => ({ optimizer: "sgd", learningRate: 0.1, epochs: 40 }),
    apply: ({ settings }) => {
      settings.optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.99 });
      settings.schedule = "constant";
    },
  },
  {
    name: "a loss that is a sum",
    half: "reported",
    how: "half the sum of squares over the batch, at a rate for means",
    suits: isRegression,
    start: () => ({ optimizer: "sgd", learningRate: 0.05, epochs: 40, loss: "mse" }),
    apply: ({ settings }) => {
      settings.loss = "halfSumOfSquares";
    },
  },
  {
    name: "one cycle",
    half: "reported",
    how: "one cycle up to 80 times the rate",
    start: (draw) => ({ optimizer: draw.one(["adamw", "rmsprop"]), epochs: 40 }),
    apply: (training) => {
      training.settings.schedule = "oneCycle";
      rateTimes(training, 80);
    },
  },
  {
    name: "adagrad",
    half: "reported",
    how: "adagrad at a rate of 5",
    start: () => ({ optimizer: "adagrad", epochs: 40 }),
    apply: ({ settings }) => {
      settings.learningRate = 5;
    },
  },
];
