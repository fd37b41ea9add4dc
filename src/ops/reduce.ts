// Reductions over axes: sum, mean, max, min, variance, log of a sum of exponentials, place of the largest.
import type { Builder, Value } from "../ir/builder.ts";
import type { OpAttributes, OpName } from "../ir/graph.ts";
import type { GradientContext } from "../ir/op.ts";
import { reducedShape, type TensorType } from "../ir/shape.ts";
import { operandError, requireAxes, requireElements } from "./check.ts";
import { defineOp } from "./define.ts";

type Reduction = OpAttributes["sum"];

const reduced = ({ shape, dtype }: TensorType, { axes, keepDims }: Reduction): TensorType => ({
  shape: reducedShape(shape, axes, keepDims),
  dtype,
});

/** The type that a reduction gives; `undefinedIfEmpty` where it has no value over zero elements. */
function inferReduction(op: OpName, x: TensorType, attributes: Reduction, undefinedIfEmpty: boolean): TensorType {
  requireAxes(op, x, attributes.axes);
  if (undefinedIfEmpty) requireElements(op, x, attributes.axes);
  return reduced(x, attributes);
}

const countOf = (x: TensorType, axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * x.shape[axis]!, 1);

/** A reduced value with its reduced dimensions kept at size 1, so that it broadcasts against x. */
const kept = (g: Builder, y: Value, x: TensorType, { axes, keepDims }: Reduction): Value =>
  keepDims ? y : g.reshape(y, reducedShape(x.shape, axes, true));

export const sum = defineOp({
  name: "sum",
  formula: { text: "y = Σ x", tex: "y = \\sum_i x_i" },
  identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
  arity: 1,
  accepts: ["number"],
  infer: ([x], attributes) => inferReduction("sum", x, attributes, false),
  saves: "nothing",
  gradient: ({ dy, inputs: [x], attributes }, g) => [g.broadcast(kept(g, dy, x, attributes), x.shape)],
  domain: [[-2, 2]],
});

export const mean = defineOp({
  name: "mean",
  formula: { text: "y = Σ x / n", tex: "y = \\frac1n \\sum_i x_i" },
  identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
  arity: 1,
  infer: ([x], attributes) => inferReduction("mean", x, attributes, true),
  saves: "nothing",
  gradient: ({ dy, inputs: [x], attributes }, g) => {
    const share = g.mul(kept(g, dy, x, attributes), 1 / countOf(x, attributes.axes));
    return [g.broadcast(share, x.shape)];
  },
  domain: [[-2, 2]],
});

/** dx = dy shared equally among the elements that equal the extreme y. */
const shareAmongTies = ({ dy, inputs, y, attributes }: GradientContext<"max" | "min">, g: Builder): Value[] => {
  const x = inputs[0]!;
  const ties = g.cast(g.equal(x, kept(g, y, x, attributes)), x.dtype);
  const share = g.div(kept(g, dy, x, attributes), g.sum(ties, attributes.axes, true));
  return [g.mul(ties, share)];
};

export const max = defineOp({
  name: "max",
  formula: { text: "y = maxᵢ xᵢ", tex: "y = \\max_i x_i" },
  identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
  arity: 1,
  accepts: ["number"],
  infer: ([x], attributes) => inferReduction("max", x, attributes, true),
  exact: true,
  saves: "both",
  gradient: shareAmongTies,
  domain: [[-2, 2]],
  kinks: "equal",
});

export const min = defineOp({
  name: "min",
  formula: { text: "y = minᵢ xᵢ", tex: "y = \\min_i x_i" },
  identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
  arity: 1,
  accepts: ["number"],
  infer: ([x], attributes) => inferReduction("min", x, attributes, true),
  exact: true,
  saves: "both",
  gradient: shareAmongTies,
  domain: [[-2, 2]],
  kinks: "equal",
});

export const variance = defineOp({
  name: "var",
  formula: {
    text: "y = Σ (x − mean)² / (n − correction)",
    tex: "y = \\frac{1}{n - c} \\sum_i (x_i - \\bar x)^2",
  },
  arity: 1,
  infer: ([x], attributes) => {
    const type = inferReduction("var", x, attributes, true);
    const count = countOf(x, attributes.axes);
    if (!(count > attributes.correction)) {
      throw operandError(
        "INVALID_ARGUMENT",
        "var",
        `needs more elements than its correction; got ${count} with correction ${attributes.correction}. Use correction 0, or more data.`,
        [x],
        { correction: attributes.correction },
      );
    }
    return type;
  },
  saves: "inputs",
  // dx = dy · 2 (x − mean) / (n − correction)
  gradient: ({ dy, inputs: [x], attributes }, g) => {
    const { axes, correction } = attributes;
    const deviation = g.sub(x, g.mean(x, axes, true));
    const scale = 2 / (countOf(x, axes) - correction);
    return [g.mul(g.mul(kept(g, dy, x, attributes), scale), deviation)];
  },
  domain: [[-2, 2]],
});

export const logsumexp = defineOp({
  name: "logsumexp",
  formula: { text: "y = ln Σ eˣ", tex: "y = \\ln \\sum_i e^{x_i}" },
  arity: 1,
  infer: ([x], attributes) => inferReduction("logsumexp", x, attributes, false),
  saves: "both",
  // dx = dy e^(x − y); where every x is −∞, so is y, and 0 in its place makes dx = 0 rather than NaN.
  gradient: ({ dy, inputs: [x], y, attributes }, g) => {
    const finite = g.where(g.equal(y, -Infinity), 0, y);
    const weights = g.exp(g.sub(x, kept(g, finite, x, attributes)));
    return [g.mul(kept(g, dy, x, attributes), weights)];
  },
  domain: [[-2, 2]],
});

export const argmax = defineOp({
  name: "argmax",
  formula: { text: "y = first i with the largest xᵢ", tex: "y = \\operatorname*{arg\\,max}_i x_i" },
  arity: 1,
  accepts: ["number"],
  infer: ([x], { axis }) => {
    requireAxes("argmax", x, [axis]);
    requireElements("argmax", x, [axis]);
    return { shape: reducedShape(x.shape, [axis], false), dtype: "int32" };
  },
  exact: true,
  saves: "nothing",
  gradient: "none",
  domain: [[-2, 2]],
  kinks: "equal",
});
