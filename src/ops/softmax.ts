// Softmax and its logarithm along one axis.
import type { OpAttributes, OpName } from "../ir/graph.ts";
import type { TensorType } from "../ir/shape.ts";
import { type CasesOf, rows } from "./case.ts";
import { requireAxes, requireElements } from "./check.ts";
import { opRecord } from "./define.ts";
import {
  constant,
  divide,
  exponential,
  logarithm,
  multiply,
  type Notations,
  negate,
  subtract,
  sumOfExponentials,
} from "./notation.ts";

function inferAlong(op: OpName, x: TensorType, axis: number): TensorType {
  requireAxes(op, x, [axis]);
  requireElements(op, x, [axis]);
  return { shape: x.shape, dtype: x.dtype };
}

export const softmaxes = {
  softmax: opRecord({
    name: "softmax",
    arity: 1,
    mixesRows: ({ axis }) => axis === 0,
    infer: ([x], { axis }) => inferAlong("softmax", x, axis),
    saves: "output",
    // dx = y (dy − Σ dy y)
    gradient: ({ dy, y, attributes: { axis } }, g) => [g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), [axis], true)))],
  }),

  logSoftmax: opRecord({
    name: "logSoftmax",
    arity: 1,
    mixesRows: ({ axis }) => axis === 0,
    infer: ([x], { axis }) => inferAlong("logSoftmax", x, axis),
    saves: "output",
    // dx = dy − eʸ Σ dy
    gradient: ({ dy, y, attributes: { axis } }, g) => [g.sub(dy, g.mul(g.exp(y), g.sum(dy, [axis], true)))],
  }),
};

export const softmaxesNotation: Notations<typeof softmaxes> = {
  softmax: {
    formula: { text: "y = eˣ / Σ eˣ", tex: "y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}" },
    value: (leaf) => divide(exponential(leaf.x[leaf.at]!), sumOfExponentials(leaf)),
    derivative: ({ y, ys, at, same }) => (same ? multiply(y, subtract(constant(1), y)) : multiply(negate(y), ys[at]!)),
  },
  logSoftmax: {
    formula: { text: "y = x − ln Σ eˣ", tex: "y_i = x_i - \\ln \\sum_j e^{x_j}" },
    value: (leaf) => subtract(leaf.x[leaf.at]!, logarithm(sumOfExponentials(leaf))),
    derivative: ({ ys, at, same }) =>
      same ? subtract(constant(1), exponential(ys[at]!)) : negate(exponential(ys[at]!)),
  },
};

const along = () =>
  rows<OpAttributes["softmax"]>(
    [[3, 5], { axis: 1 }],
    [[3, 5], { axis: 0 }],
    [[2, 3, 7], { axis: 1 }],
    [[17], { axis: 0 }],
    [[5, 1], { axis: 1 }],
    [[0, 3], { axis: 1 }],
  );

const alongAt = (n: number) =>
  n === 0 ? [] : rows<OpAttributes["softmax"]>([[n, 3], { axis: 0 }], [[3, n], { axis: 1 }]);

export const softmaxesCases: CasesOf<typeof softmaxes> = {
  softmax: { cases: along, sized: alongAt },
  logSoftmax: { cases: along, sized: alongAt },
};
