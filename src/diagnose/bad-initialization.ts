// Initial weights that are all alike, or far from the size that keeps signals the size they are.

import { short } from "../data/wording.ts";
import { parentPath } from "../nn/layer.ts";
import { madeBy } from "../observe/chain.ts";
import type { InitialParameter } from "../observe/observation.ts";
import { confidenceOf, nameOf } from "./confidence.ts";
import { byOutcome } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { activation, fitInit, normalizations } from "./remedies.ts";

/** Size of initial weights by what keeps signals the size they are. */
const thresholds = {
  /** Variance by mean square. */
  alike: 1e-4,
  tiny: 0.15,
  huge: 3,
  /** |mean| by RMS: 0.8 to 0.87 of a distribution without its signs; and by 1 / √size, since few weights have a mean by chance. */
  oneSign: 0.5,
  chance: 5,
  /** Share of a layer's units that are another's likeness. */
  alikeUnits: 0.25,
  /** RMS of biases: inputs of size 1 reach sums of about 1. */
  biases: 5,
} as const;

export const badInitialization = defineDetector({
  kind: "bad-initialization",
  holds: "the initial weights do not fit the activation",
  thresholds,
  needsTime: false,
  causes: ["unscaled-feature"],
  detect,
  remedies: [fitInit, activation("relu"), ...normalizations],
  mended: lowerLoss,
});

interface Judged {
  readonly layer: string;
  readonly fault: "zeros" | "alike" | "alikeUnits" | "oneSign" | "biases" | "tiny" | "huge";
  readonly gain: number;
}

/**
 * Weights drawn with variance 2 / fanIn (He et al. 2015) to 2 / (fanIn + fanOut) (Glorot and Bengio 2010) keep signals
 * and gradients the size they are. The gain is the weights' RMS by the nearer of the two; 1 in between.
 */
function judge({ name, layer: kind, shape, value, alikeUnits = 0 }: InitialParameter): Judged | undefined {
  const fans = madeBy(kind)?.fans;
  if (fans === undefined || value.size < 2) return undefined;
  const layer = parentPath(name);
  if (shape.length < 2) return value.rms > thresholds.biases ? { layer, fault: "biases", gain: value.rms } : undefined;
  if (value.zeros === value.size) return { layer, fault: "zeros", gain: 0 };
  const spread = value.rms ** 2 - value.mean ** 2;
  if (spread < thresholds.alike * value.rms ** 2) return { layer, fault: "alike", gain: 1 };
  if (alikeUnits > thresholds.alikeUnits * shape[1]!) return { layer, fault: "alikeUnits", gain: 1 };
  const isOneSided = Math.abs(value.mean) > thresholds.oneSign * value.rms;
  if (isOneSided && Math.abs(value.mean) * Math.sqrt(value.size) > thresholds.chance * value.rms)
    return { layer, fault: "oneSign", gain: 1 };
  const { fanIn, fanOut } = fans(shape);
  const [he, glorot] = [Math.sqrt(2 / fanIn), Math.sqrt(2 / (fanIn + fanOut))];
  if (value.rms < thresholds.tiny * glorot) return { layer, fault: "tiny", gain: value.rms / glorot };
  if (value.rms > thresholds.huge * he) return { layer, fault: "huge", gain: value.rms / he };
  return undefined;
}

const words: Readonly<Record<Judged["fault"], (one: Judged) => string>> = {
  zeros: ({ layer }) =>
    `All initial weights of ${nameOf(layer)} are 0: nothing passes it, neither values nor gradients.`,
  alike: ({ layer }) =>
    `All initial weights of ${nameOf(layer)} are alike: its units compute the same and learn the same.`,
  alikeUnits: ({ layer }) =>
    `Units of ${nameOf(layer)} begin with the weights of others, going in and out: they compute the same and learn the same.`,
  oneSign: ({ layer }) =>
    `The initial weights of ${nameOf(layer)} have one sign: its units all answer the sum of what comes in, and signals grow with it.`,
  biases: ({ layer, gain }) =>
    `The initial biases of ${nameOf(layer)} have an RMS of ${short(gain)}: its units answer by their bias, whatever the row.`,
  tiny: ({ layer, gain }) =>
    `The initial weights of ${nameOf(layer)} are ${short(gain)} times the size that keeps signals the size they are: they fade from layer to layer.`,
  huge: ({ layer, gain }) =>
    `The initial weights of ${nameOf(layer)} are ${short(gain)} times the size that keeps signals the size they are: they swell from layer to layer.`,
};

function detect(evidence: Evidence): Finding | undefined {
  const first = evidence.observations[0];
  const judged = evidence.start.initial.flatMap((parameter) => judge(parameter) ?? []);
  if (judged.length === 0) return undefined;
  const size = (one: Judged) => (one.gain === 0 ? 100 : Math.abs(Math.log(one.gain)));
  const worst = judged.reduce((most, one) => (size(one) > size(most) ? one : most));
  return {
    severity: byOutcome(evidence),
    layers: [...new Set(judged.map(({ layer }) => layer))],
    sinceStep: 1,
    message: words[worst.fault](worst),
    evidence: { fault: worst.fault, gain: worst.gain, layers: judged.length, ...(first && { firstLoss: first.loss }) },
    cause: {
      faults: [...new Set(judged.map(({ fault }) => fault))],
      gains: judged.map(({ gain }) => Number(gain.toPrecision(4))),
    },
    confidence:
      worst.fault === "tiny"
        ? confidenceOf(worst.gain, thresholds.tiny, thresholds.tiny / 20)
        : worst.fault === "huge"
          ? confidenceOf(worst.gain, thresholds.huge, thresholds.huge * 10)
          : 1,
  };
}
