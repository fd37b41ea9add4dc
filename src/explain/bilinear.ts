// Products of matrices and convolutions: which element of the other operand an element is multiplied by.
import type { Node, NodeId } from "../ir/graph.ts";
import { unravelIndex } from "../ir/shape.ts";
import { groupNotationOf } from "../ops/notations.ts";
import { ravelIndex } from "./indices.ts";

export const isBilinear = ({ op }: Node): boolean => groupNotationOf(op).partner !== undefined;

/**
 * y[index] holds the product of element `at` of operand `operand` and of this element of the other one. Undefined for
 * ops that are no products of two operands.
 */
export function partnerOf(
  node: Node,
  operand: number,
  at: number,
  index: number,
  nodeOf: (id: NodeId) => Node,
): number | undefined {
  const { partner } = groupNotationOf(node.op);
  if (partner === undefined) return undefined;
  const other = nodeOf(node.inputs[1 - operand]!).shape;
  const x = unravelIndex(at, nodeOf(node.inputs[operand]!).shape);
  return ravelIndex(partner(node, operand, x, unravelIndex(index, node.shape), other), other);
}
