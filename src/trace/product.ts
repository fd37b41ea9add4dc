// Matrix products of operands of any ranks, by products of matrices and of stacks of them.
import type { Operand, Value } from "../ir/builder.ts";
import { sizeOf } from "../ir/shape.ts";
import type { GraphBuilder } from "./graph-builder.ts";

/** x y: [..., m, k] × [..., k, n] → [..., m, n]; a vector is a row on the left, a column on the right. */
export function productOf(g: GraphBuilder, operands: readonly Operand[]): Value {
  const [x, y] = g.accepted("matmul", operands) as [Value, Value];
  const left = x.shape.length === 1 ? g.reshape(x, [1, x.shape[0]!]) : x;
  const right = y.shape.length === 1 ? g.reshape(y, [y.shape[0]!, 1]) : y;
  // [..., m, k] × [k, n] is one product of all rows, and so are its gradients.
  const isOneProduct = left.shape.length > 2 && right.shape.length === 2;
  const rows = left.shape.slice(0, -1);
  const flat = isOneProduct ? g.reshape(left, [sizeOf(rows), left.shape.at(-1)!]) : left;
  const dense = g.matmul(flat, right);
  const product = isOneProduct ? g.reshape(dense, [...rows, right.shape[1]!]) : dense;
  const shape = [...product.shape];
  if (y.shape.length === 1) shape.splice(-1, 1);
  if (x.shape.length === 1) shape.splice(y.shape.length === 1 ? -1 : -2, 1);
  return shape.length === product.shape.length ? product : g.reshape(product, shape);
}
