// A trial: a data set and a training that is healthy by construction, before any fault is put in.
import { prepare, tableFromRows } from "../dist/data/index.js";
import { fittingInit } from "../dist/nn/activation.js";
import { initialize } from "../dist/nn/model.js";
import { optimizers, sgd } from "../dist/optim/index.js";
import { mapTree } from "../dist/trace/tree.js";
import { perceptron } from "../dist/train/perceptron.js";
import { classifications, dataSet, regressions } from "./data.mjs";

/** Rates that train standardised data well in some hundred steps. */
const rates = { sgd: 0.1, momentum: 0.03, rmsprop: 0.002, adagrad: 0.04, adam: 0.004, adamw: 0.004 };
const optimizerKinds = Object.keys(rates);

/** relu and its like go with he, the others with xavier: the defaults of a table's network. */
const deepActivations = ["relu", "leakyRelu", "elu", "gelu", "silu"];
const activations = [...deepActivations, "tanh", "tanh", "relu", "softplus", "sigmoid"];

/** Hidden layers that train well: identities alone double the variance at every layer, with layer norm they add to it. */
const deepest = (activation, aid) => {
  if (activation === "sigmoid" || activation === "softplus") return 2;
  if (aid === "residual") return 3;
  if (aid === "residual and layer") return 8;
  return aid !== undefined || activation === "relu" || activation === "leakyRelu" ? 6 : 4;
};

/** Data sets that plain gradient descent does not learn in some hundred steps. */
const hard = ["spirals", "circles", "xor", "moons"];

/**
 * Draws a trial; `needs` narrows the choice: { datasets, activations, optimizers, depth, width, rows, steps, batch, normalization,
 * residual }, lists or [from, to].
 */
export async function healthyTrial(draw, needs = {}) {
  const name = draw.one(needs.datasets ?? [...classifications, ...regressions]);
  const isHard = hard.includes(name);
  const data = await dataSet(name, draw, draw.whole(...(needs.rows ?? [300, 900])));
  const activation = draw.one(
    (needs.activations ?? activations).filter(
      (a) => !(isHard && ["sigmoid", "softplus"].includes(a)) || needs.activations,
    ),
  );
  const aid = draw.one(needs.aids ?? [undefined, undefined, "residual", "layer", "batch", "residual and layer"]);
  const depth = draw.whole(...(needs.depth ?? [1, Math.min(deepest(activation, aid), draw.chance(0.4) ? 8 : 3)]));
  const widths = isHard || depth > 3 ? [16, 24, 32, 48, 64] : [8, 16, 24, 32, 48, 64, 128];
  const width = draw.one(needs.widths ?? widths);
  const kind = draw.one((needs.optimizers ?? optimizerKinds).filter((k) => !isHard || k !== "sgd" || needs.optimizers));
  // Steps along the gradient itself are smaller in deep networks, with identities, and where the gradient grows with the error.
  const isScaled = kind !== "sgd" && kind !== "momentum";
  const care = isScaled
    ? 1
    : Math.max(1, depth / 2) * (data.task === "regression" ? 4 : 1) * (aid?.includes("residual") ? 2 : 1);
  const rate = (rates[kind] * draw.scale(0.6, 1.6)) / care;
  const batchSize = draw.one(needs.batches ?? [16, 24, 32, 64, 128]);
  const steps = draw.whole(...(needs.steps ?? (isHard ? [900, 1400] : [500, 1000])));
  const trainRows = 0.8 * data.rows.length;
  return {
    data,
    edits: [],
    standardize: true,
    validation: 0.2,
    settings: {
      hidden: Array.from({ length: depth }, () => width),
      activation,
      ...(aid?.includes("residual") && { residual: true }),
      ...(aid?.includes("layer") && { normalization: "layer" }),
      ...(aid === "batch" && { normalization: "batch" }),
      optimizer:
        kind === "momentum" ? sgd({ learningRate: rate, momentum: 0.9 }) : optimizers[kind]({ learningRate: rate }),
      batchSize,
      epochs: Math.max(12, Math.round((steps * batchSize) / trainRows)),
      seed: draw.seed(),
      threads: 1,
      deterministic: true,
    },
    /** Changes of the initial parameters: (values, path) → values. */
    weights: undefined,
    kind,
  };
}

export const prepareOptions = ({ data: { target, task }, standardize, validation, settings: { seed } }) => {
  return { target, task, seed, standardize, validation };
};

/** The table of a trial as the network is fed it, after the edits of its features. */
export function prepareTrial(trial) {
  const { data, edits } = trial;
  const prepared = prepare(tableFromRows(data.rows, { source: data.name }), prepareOptions(trial));
  for (const edit of edits) edit(prepared);
  return prepared;
}

/** Initial variables with the trial's changes; undefined without any. */
export function initialVariables({ weights, settings }, prepared) {
  if (weights === undefined) return undefined;
  const { preprocessing } = prepared;
  const model = perceptron({
    features: preprocessing.features.length,
    outputs: preprocessing.targets[0].classes?.length ?? 1,
    init: settings.init ?? fittingInit(settings.activation),
    hidden: settings.hidden,
    activation: settings.activation,
    normalization: settings.normalization,
    residual: settings.residual,
  });
  const variables = initialize(model, settings.seed);
  return { ...variables, parameters: mapTree(variables.parameters, weights) };
}
