// NaN and infinity: in the loss, where the training ends, or in gradients and weights before that.
import { describeOrigin } from "../train/failure.ts";
import type { Observed } from "./course.ts";
import { defineDetector } from "./detector.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { lowerLoss } from "./goals.ts";
import { clip, fitInit, normalizations, rateTimes, standardize, suggestedRate } from "./remedies.ts";

export const nonFinite = defineDetector({
  kind: "non-finite",
  holds: "a loss became NaN or infinite",
  thresholds: {},
  needsTime: false,
  causes: ["unscaled-feature", "bad-initialization", "learning-rate-too-high", "exploding-gradient"],
  detect,
  remedies: [standardize, fitInit, ...normalizations, clip, suggestedRate, rateTimes(0.1)],
  mended: lowerLoss,
});

/** The first value or parameter of a step with numbers that are not finite, in it or in its gradient. */
function brokenIn({ values, parameters }: Observed): { readonly name: string; readonly count: number } | undefined {
  const sketches = [
    ...values.map(({ name, value, gradient }) => ({ name, count: value.nonFinite + gradient.nonFinite })),
    ...parameters.map(({ name, gradient, update }) => ({ name, count: gradient.nonFinite + update.nonFinite })),
  ];
  return sketches.find(({ count }) => count > 0);
}

function detect({ observations, failure }: Evidence): Finding | undefined {
  const broken = observations.find((seen) => brokenIn(seen) !== undefined);
  if (failure === undefined && broken === undefined) return undefined;
  const origin = failure?.origin;
  const part = broken && brokenIn(broken);
  const step = failure?.step ?? broken!.step;
  return {
    severity: "severe",
    layers: origin?.layer ? [origin.layer] : part ? [part.name] : [],
    sinceStep: Math.min(step, broken?.step ?? step),
    message:
      failure !== undefined
        ? `The loss was ${Number.isNaN(failure.loss) ? "not a number" : "infinite"} at step ${step}.${origin ? ` ${describeOrigin(origin)}` : ""}`
        : `At step ${step}, ${part!.name} holds numbers that are not finite, though the loss still is.`,
    evidence: {
      step,
      ...(failure && {
        learningRate: failure.learningRate,
        lossesBefore: failure.lossesBefore.map((loss) => Number(loss.toPrecision(4))),
      }),
      ...(part && { nonFinite: part.count }),
    },
    cause: origin
      ? {
          where: origin.where,
          op: origin.op,
          ...(origin.layer !== undefined && { layer: origin.layer }),
          value: origin.value,
          operands: [...origin.operands],
          indices: [...origin.indices],
          ...(origin.split !== undefined && { split: origin.split }),
          ...(origin.row !== undefined && { row: origin.row }),
          ...(origin.tableRow !== undefined && { tableRow: origin.tableRow }),
          ...(origin.column !== undefined && { column: origin.column }),
          ...(origin.feature !== undefined && { feature: origin.feature }),
        }
      : {},
    confidence: 1,
  };
}
