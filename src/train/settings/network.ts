// Settings of a table's network: how wide and deep it is, and what its layers are made of.
import { type ActivationName, activationNames, fittingInit } from "../../nn/activation.ts";
import { type InitializerName, initializerNames } from "../../nn/initializers.ts";
import type { NormalizationName } from "../perceptron.ts";
import type { Setting } from "./setting.ts";
import { oneOf, onOrOff, share, whole, widths } from "./value.ts";

const usualWidths: readonly number[] = [64, 32];
const [usualDepth, usualWidth] = [2, 64];

export const hidden: Setting<readonly number[]> = {
  type: widths,
  flags: [{ flag: "--hidden <widths>", help: 'widths of the hidden layers, or "none"' }],
  default: (_, { depth, width }) =>
    depth === undefined && width === undefined
      ? usualWidths
      : new Array<number>(depth ?? usualDepth).fill(width ?? usualWidth),
  defaultWords: widths.print(usualWidths),
  conflicts: ["depth", "width"],
};

export const depth: Setting<number, number | undefined> = {
  type: whole(0, 1000),
  flags: [{ flag: "--depth <n>", help: "hidden layers of one width, instead of --hidden" }],
  default: undefined,
  defaultWords: String(usualDepth),
  range: "integer",
};

export const width: Setting<number, number | undefined> = {
  type: whole(1, 999999),
  flags: [{ flag: "--width <n>", help: "their width" }],
  default: undefined,
  defaultWords: String(usualWidth),
  range: "log",
};

export const activation: Setting<ActivationName> = {
  type: oneOf(activationNames),
  flags: [{ flag: "--activation <name>", help: "after every hidden layer" }],
  default: activationNames[0]!,
};

export const init: Setting<InitializerName> = {
  type: oneOf(initializerNames),
  flags: [{ flag: "--init <name>", help: "how weights are drawn" }],
  default: (_, others) => fittingInit(others.activation),
  defaultWords: "fits the activation",
};

export const normalization: Setting<NormalizationName, NormalizationName | undefined> = {
  type: oneOf(["batch", "layer"]),
  flags: [
    { flag: "--batch-norm", sets: "batch", help: "normalise each hidden layer over the batch" },
    { flag: "--layer-norm", sets: "layer", help: "normalise each hidden layer over its neurons" },
  ],
  default: undefined,
};

export const dropout: Setting<number> = {
  type: share,
  flags: [{ flag: "--dropout <rate>", help: "share of each hidden layer's outputs left out at random in training" }],
  default: 0,
  range: "linear",
};

/** Identities around hidden layers that keep the width: x + φ(x W + b). */
export const residual: Setting<boolean> = {
  type: onOrOff,
  flags: [
    {
      flag: "--residual",
      sets: true,
      help: "add the input of a hidden layer to its output, where the widths agree",
    },
  ],
  default: false,
};
