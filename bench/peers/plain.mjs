// Plain JavaScript: hand-written loops over typed arrays, for dense networks.
import { valuesOf } from "../workloads.mjs";
import { plainNetwork } from "./plain-javascript.mjs";

export const version = () => process.version;

export function load(workload) {
  if (workload.kind === "product") return { unsupported: "dense networks only" };
  const { layers, loss, rate, batch, optimizer } = workload;
  if (!layers.every(({ kind }) => ["dense", "relu", "sigmoid"].includes(kind))) {
    return { unsupported: "dense networks only" };
  }
  const { parameters, x, y } = valuesOf(workload);
  const dense = layers.filter(({ kind }) => kind === "dense");
  const sizes = [dense[0].inputs, ...dense.map(({ outputs }) => outputs)];
  const activation = layers.find(({ kind }) => kind === "relu" || kind === "sigmoid").kind;
  const last = layers.at(-1).kind !== "dense";
  const settings = { loss, activation, last, optimizer, learningRate: rate };
  const step = plainNetwork(
    sizes,
    batch,
    settings,
    parameters.map(({ data }) => data),
  );
  const data = [Float64Array.from(x), loss === "crossEntropy" ? y : Float64Array.from(y)];
  return {
    async run(steps) {
      let value;
      for (let i = 0; i < steps; i++) value = step(...data);
      return value;
    },
    dispose() {},
  };
}
