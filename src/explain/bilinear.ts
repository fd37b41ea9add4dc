// Products of matrices and convolutions: which element of the other operand an element is multiplied by.
import type { Node, NodeId, OpName } from "../ir/graph.ts";
import { placeOf, type Shape } from "../ir/shape.ts";
import { flatIndex } from "./places.ts";

/** Place in the other operand, of shape `other`, of what the element x of operand `operand` is multiplied by in the element y. */
type Partner<N extends OpName> = (
  node: Node<N>,
  operand: number,
  x: readonly number[],
  y: readonly number[],
  other: Shape,
) => number[];

/** A part of the op table: ops that multiply each element of one operand by elements of the other one. */
const partners: { readonly [N in OpName]?: Partner<N> } = { matmul: inMatmul, conv2d: inConvolution };

export const isBilinear = ({ op }: Node): boolean => Object.hasOwn(partners, op);

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
  if (!isBilinear(node)) return undefined;
  const other = nodeOf(node.inputs[1 - operand]!).shape;
  const x = placeOf(at, nodeOf(node.inputs[operand]!).shape);
  const find = partners[node.op] as Partner<OpName>;
  return flatIndex(find(node, operand, x, placeOf(index, node.shape), other), other);
}

/** z[i,j] = Σₖ x[i,k] y[k,j] */
function inMatmul(
  node: Node<"matmul">,
  operand: number,
  x: readonly number[],
  y: readonly number[],
  other: Shape,
): number[] {
  const { transposeX, transposeY } = node.attributes;
  const [i, j] = y.slice(-2) as [number, number];
  const lead = node.shape.length - other.length;
  const batch = other.slice(0, -2).map((n, axis) => (n === 1 ? 0 : y[axis + lead]!));
  if (operand === 0) {
    const k = x.at(transposeX ? -2 : -1)!;
    return [...batch, ...(transposeY ? [j, k] : [k, j])];
  }
  const k = x.at(transposeY ? -1 : -2)!;
  return [...batch, ...(transposeX ? [k, i] : [i, k])];
}

/** y[b,o,i,j] = Σ x[b,c,i·s+u·d−p,j·s+v·d−p] w[o,c,u,v] */
function inConvolution(
  node: Node<"conv2d">,
  operand: number,
  x: readonly number[],
  y: readonly number[],
  other: Shape,
): number[] {
  const { stride, padding, dilation, groups } = node.attributes;
  const [b, o] = y as [number, number];
  const perGroup = (operand === 0 ? other[1]! : other[1]! / groups) as number;
  const group = Math.floor(o / (node.shape[1]! / groups));
  const along = [0, 1].map((axis) =>
    operand === 0
      ? (x[axis + 2]! + padding[axis]! - y[axis + 2]! * stride[axis]!) / dilation[axis]!
      : y[axis + 2]! * stride[axis]! + x[axis + 2]! * dilation[axis]! - padding[axis]!,
  );
  return operand === 0 ? [o, x[1]! - group * perGroup, ...along] : [b, x[1]! + group * perGroup, ...along];
}
