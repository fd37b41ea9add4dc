// Reductions over axes: sum, mean, max, min, variance, log of a sum of exponentials, place of the largest.
import type { Builder, Value } from "../ir/builder.ts";
import type { OpAttributes, OpName } from "../ir/graph.ts";
import type { GradientContext } from "../ir/op.ts";
import { reducedShape, type TensorType } from "../ir/shape.ts";
import { type Case, type CasesOf, rows } from "./case.ts";
import { operandError, requireAxes, requireElements } from "./check.ts";
import { opRecord } from "./define.ts";
import {
  constant,
  divide,
  exponential,
  logarithm,
  multiply,
  type Notations,
  squared,
  subtract,
  sumOfExponentials,
} from "./notation.ts";

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

const axesOf = ({ axes }: Reduction): readonly number[] => axes;

const countOf = (x: TensorType, axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * x.shape[axis]!, 1);

/** A reduced value with its reduced dimensions kept at size 1, so that it broadcasts against x. */
const kept = (g: Builder, y: Value, x: TensorType, { axes, keepDims }: Reduction): Value =>
  keepDims ? y : g.reshape(y, reducedShape(x.shape, axes, true));

/** dx = dy shared equally among the elements that equal the extreme y. */
const shareAmongTies = ({ dy, inputs, y, attributes }: GradientContext<"max" | "min">, g: Builder): Value[] => {
  const x = inputs[0]!;
  const ties = g.cast(g.equal(x, kept(g, y, x, attributes)), x.dtype);
  const share = g.div(kept(g, dy, x, attributes), g.sum(ties, attributes.axes, true));
  return [g.mul(ties, share)];
};

export const reductions = {
  sum: opRecord({
    name: "sum",
    identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
    reduces: axesOf,
    arity: 1,
    accepts: ["number"],
    infer: ([x], attributes) => inferReduction("sum", x, attributes, false),
    saves: "nothing",
    gradient: ({ dy, inputs: [x], attributes }, g) => [g.broadcast(kept(g, dy, x, attributes), x.shape)],
  }),

  mean: opRecord({
    name: "mean",
    identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
    reduces: axesOf,
    arity: 1,
    infer: ([x], attributes) => inferReduction("mean", x, attributes, true),
    saves: "nothing",
    gradient: ({ dy, inputs: [x], attributes }, g) => {
      const share = g.mul(kept(g, dy, x, attributes), 1 / countOf(x, attributes.axes));
      return [g.broadcast(share, x.shape)];
    },
  }),

  max: opRecord({
    name: "max",
    identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
    reduces: axesOf,
    arity: 1,
    accepts: ["number"],
    infer: ([x], attributes) => inferReduction("max", x, attributes, true),
    exact: true,
    saves: "both",
    gradient: shareAmongTies,
  }),

  min: opRecord({
    name: "min",
    identity: (_, { axes }) => (axes.length === 0 ? 0 : undefined),
    reduces: axesOf,
    arity: 1,
    accepts: ["number"],
    infer: ([x], attributes) => inferReduction("min", x, attributes, true),
    exact: true,
    saves: "both",
    gradient: shareAmongTies,
  }),

  var: opRecord({
    name: "var",
    reduces: axesOf,
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
    flat: ([x], { axes }, g) => g.equal(x!, g.mean(x!, axes, true)),
    // dx = dy · 2 (x − mean) / (n − correction)
    gradient: ({ dy, inputs: [x], attributes }, g) => {
      const { axes, correction } = attributes;
      const deviation = g.sub(x, g.mean(x, axes, true));
      const scale = 2 / (countOf(x, axes) - correction);
      return [g.mul(g.mul(kept(g, dy, x, attributes), scale), deviation)];
    },
  }),

  logsumexp: opRecord({
    name: "logsumexp",
    reduces: axesOf,
    arity: 1,
    infer: ([x], attributes) => inferReduction("logsumexp", x, attributes, false),
    saves: "both",
    // dx = dy e^(x − y); where every x is −∞, so is y, and 0 in its place makes dx = 0 rather than NaN.
    gradient: ({ dy, inputs: [x], y, attributes }, g) => {
      const finite = g.where(g.equal(y, -Infinity), 0, y);
      const weights = g.exp(g.sub(x, kept(g, finite, x, attributes)));
      return [g.mul(kept(g, dy, x, attributes), weights)];
    },
  }),

  argmax: opRecord({
    name: "argmax",
    reduces: ({ axis }) => [axis],
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
  }),
};

export const reductionsNotation: Notations<typeof reductions> = {
  sum: { formula: { text: "y = Σ x", tex: "y = \\sum_i x_i" } },
  mean: {
    formula: { text: "y = Σ x / n", tex: "y = \\frac1n \\sum_i x_i" },
    value: ({ x, sum }) =>
      divide(
        sum((term) => term, Number),
        constant(x.length),
      ),
    derivative: ({ x }) => divide(constant(1), constant(x.length)),
  },
  max: { formula: { text: "y = maxᵢ xᵢ", tex: "y = \\max_i x_i" } },
  min: { formula: { text: "y = minᵢ xᵢ", tex: "y = \\min_i x_i" } },
  var: {
    formula: {
      text: "y = Σ (x − mean)² / (n − correction)",
      tex: "y = \\frac{1}{n - c} \\sum_i (x_i - \\bar x)^2",
    },
    value: ({ x, sum, mean, meanValue }, { correction }) => {
      const squares = sum(
        (term) => squared(subtract(term, mean)),
        (value) => (value - meanValue) ** 2,
      );
      return divide(squares, constant(x.length - correction));
    },
    derivative: ({ x, at, mean }, { correction }) =>
      divide(multiply(constant(2), subtract(x[at]!, mean)), constant(x.length - correction)),
  },
  logsumexp: {
    formula: { text: "y = ln Σ eˣ", tex: "y = \\ln \\sum_i e^{x_i}" },
    value: (leaf) => logarithm(sumOfExponentials(leaf)),
    derivative: ({ x, y, at }) => exponential(subtract(x[at]!, y)),
  },
  argmax: { formula: { text: "y = first i with the largest xᵢ", tex: "y = \\operatorname*{arg\\,max}_i x_i" } },
};

const reducedCases = () =>
  rows<OpAttributes["sum"]>(
    [[3, 5], { axes: [0], keepDims: false }],
    [[3, 5], { axes: [1], keepDims: false }],
    [[3, 5], { axes: [0, 1], keepDims: false }],
    [[3, 5], { axes: [1], keepDims: true }],
    [[2, 3, 5, 7], { axes: [0, 2], keepDims: false }],
    [[2, 3, 5, 7], { axes: [1, 3], keepDims: true }],
    [[2, 3, 7], { axes: [1], keepDims: false }],
    [[17], { axes: [0], keepDims: false }],
    [[1, 17, 1], { axes: [0, 1], keepDims: false }],
    [[4, 1], { axes: [1], keepDims: false }],
    [[3, 2], { axes: [], keepDims: false }],
    [[], { axes: [], keepDims: false }],
    [[0, 3], { axes: [1], keepDims: false }],
  );

/** At every size: reductions of rows and of columns. */
const reducedAt = (n: number) =>
  rows<OpAttributes["sum"]>([[n, 3], { axes: [0], keepDims: false }], [[3, n], { axes: [1], keepDims: false }]);
/** Where there is no result over zero elements. */
const reducedOfSome = (n: number) => (n === 0 ? [] : reducedAt(n));

const uncorrected = (list: readonly Case<"sum">[]): Case<"var">[] =>
  list.map(({ shapes, attributes }) => ({ shapes, attributes: { ...attributes, correction: 0 } }));
export const reductionsCases: CasesOf<typeof reductions> = {
  sum: {
    cases: () => [...reducedCases(), ...rows<OpAttributes["sum"]>([[0, 3], { axes: [0], keepDims: false }])],
    sized: reducedAt,
  },
  mean: { cases: reducedCases, sized: reducedOfSome },
  max: { kinks: "equal", cases: reducedCases, sized: reducedOfSome },
  min: { kinks: "equal", cases: reducedCases, sized: reducedOfSome },
  var: {
    cases: () => [
      ...uncorrected(reducedCases()),
      ...rows<OpAttributes["var"]>(
        [[3, 5], { axes: [1], keepDims: false, correction: 1 }],
        [[2, 3, 7], { axes: [0, 2], keepDims: true, correction: 1 }],
      ),
    ],
    sized: (n) => uncorrected(reducedOfSome(n)),
  },
  logsumexp: { cases: reducedCases, sized: reducedAt },
  argmax: {
    kinks: "equal",
    cases: () =>
      rows(
        [[3, 5], { axis: 0 }],
        [[3, 5], { axis: 1 }],
        [[2, 3, 7], { axis: 1 }],
        [[17], { axis: 0 }],
        [[4, 1], { axis: 1 }],
        [[0, 3], { axis: 1 }],
      ),
    sized: (n) => (n === 0 ? [] : rows<OpAttributes["argmax"]>([[n, 3], { axis: 0 }], [[3, n], { axis: 1 }])),
  },
};
