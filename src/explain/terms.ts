// Elements that are sums of others: y = Σ x ∂y/∂x holds for sums, means, products of matrices, convolutions, and what picks elements.
import { isFloat } from "../ir/dtype.ts";
import type { Node } from "../ir/graph.ts";
import { partnerOf } from "./bilinear.ts";
import type { Element, ScalarGraph } from "./scalar-graph.ts";

export interface Term {
  readonly x: Element;
  readonly coefficient: number;
  /** The element that is the coefficient; undefined where it is a number of the op's. */
  readonly partner?: Element;
  readonly value: number;
}

/** The terms that y[index] is the sum of; undefined where it is not. */
export function termsOf(scalars: ScalarGraph, node: Node, index: number): Term[] | undefined {
  const value = scalars.values[node.id]![index]!;
  const nodeOf = (id: number) => scalars.graph.nodes[id]!;
  for (const [operand, from] of node.inputs.entries()) {
    if (!isFloat(nodeOf(from).dtype)) continue;
    const x = scalars.values[from]!;
    const terms: Term[] = [];
    let total = 0;
    let magnitude = 0;
    scalars.row(node, operand, index).forEach((coefficient, at) => {
      if (coefficient === 0) return;
      const partner = partnerOf(node, operand, at, index, nodeOf);
      terms.push({
        x: { node: from, index: at },
        coefficient,
        ...(partner !== undefined && { partner: { node: node.inputs[1 - operand]!, index: partner } }),
        value: coefficient * x[at]!,
      });
      total += coefficient * x[at]!;
      magnitude += Math.abs(coefficient * x[at]!);
    });
    if (terms.length > 0 && Math.abs(total - value) <= 1e-12 * magnitude) return terms;
  }
  return undefined;
}
