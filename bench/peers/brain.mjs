// brain.js: NeuralNetwork.train on the batch; it updates after every example, and knows sigmoid and relu networks only.
import { createRequire } from "node:module";
import { valuesOf } from "../workloads.mjs";

const require = createRequire(import.meta.url);
const brain = require("brain.js");

export const version = () => require("../node_modules/brain.js/package.json").version;

export function load(workload) {
  if (workload.kind === "product") return { unsupported: "no matrix products of its own" };
  const { layers, classes, loss, rate, batch, input } = workload;
  if (!layers.every(({ kind }) => ["dense", "relu", "sigmoid"].includes(kind))) {
    return { unsupported: "dense networks only" };
  }
  const { x, y } = valuesOf(workload);
  const width = input[0];
  const examples = Array.from({ length: batch }, (_, i) => ({
    input: Array.from(x.subarray(i * width, (i + 1) * width)),
    output: Array.from({ length: classes }, (_, j) =>
      loss === "crossEntropy" ? Number(y[i] === j) : y[i * classes + j],
    ),
  }));
  const hiddenLayers = layers.slice(0, -1).flatMap(({ kind, outputs }) => (kind === "dense" ? [outputs] : []));
  if (layers.at(-1).kind !== "dense") hiddenLayers.pop();
  const activation = layers.some(({ kind }) => kind === "relu") ? "relu" : "sigmoid";
  const network = new brain.NeuralNetwork({ hiddenLayers, activation });
  // It takes no momentum or threshold of zero.
  const plain = { momentum: 1e-30, errorThresh: 1e-30 };
  const praxis = workload.optimizer === "adam" ? "adam" : undefined;
  const options = { ...plain, ...(praxis && { praxis }), learningRate: rate, log: false, logPeriod: 1e9 };
  return {
    async run(steps) {
      return network.train(examples, { ...options, iterations: steps }).error;
    },
    dispose() {},
  };
}
