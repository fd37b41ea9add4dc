// Softmax and its logarithm along one axis.
import type { OpName } from "../ir/graph.ts";
import type { TensorType } from "../ir/shape.ts";
import { requireAxes, requireElements } from "./check.ts";
import { defineOp } from "./define.ts";

function inferAlong(op: OpName, x: TensorType, axis: number): TensorType {
  requireAxes(op, x, [axis]);
  requireElements(op, x, [axis]);
  return { shape: x.shape, dtype: x.dtype };
}

export const softmax = defineOp({
  name: "softmax",
  formula: { text: "y = eˣ / Σ eˣ", tex: "y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}" },
  arity: 1,
  infer: ([x], { axis }) => inferAlong("softmax", x, axis),
  saves: "output",
  // dx = y (dy − Σ dy y)
  gradient: ({ dy, y, attributes: { axis } }, g) => [g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), [axis], true)))],
  domain: [[-2, 2]],
});

export const logSoftmax = defineOp({
  name: "logSoftmax",
  formula: { text: "y = x − ln Σ eˣ", tex: "y_i = x_i - \\ln \\sum_j e^{x_j}" },
  arity: 1,
  infer: ([x], { axis }) => inferAlong("logSoftmax", x, axis),
  saves: "output",
  // dx = dy − eʸ Σ dy
  gradient: ({ dy, y, attributes: { axis } }, g) => [g.sub(dy, g.mul(g.exp(y), g.sum(dy, [axis], true)))],
  domain: [[-2, 2]],
});
