// What a gradient rule builds with: one method per kind of node, so that op files never import each other.
import type { DType } from "./dtype.ts";
import type { NodeId, OpAttributes, OpName } from "./graph.ts";
import type { Shape, TensorType } from "./shape.ts";

/** A node of the graph being built. */
export interface Value extends TensorType {
  readonly id: NodeId;
}

/** A number takes the element type of the values beside it. */
export type Operand = Value | number;

export interface Builder {
  /** Any op by name; the methods below are shorthands for the ones that rules use. */
  apply<N extends OpName>(op: N, inputs: readonly Operand[], attributes: OpAttributes[N]): Value;

  /** A constant of `type`, all elements equal. */
  full(type: TensorType, value: number): Value;
  neg(x: Operand): Value;
  exp(x: Operand): Value;
  log(x: Operand): Value;
  square(x: Operand): Value;
  sign(x: Operand): Value;
  sin(x: Operand): Value;
  cos(x: Operand): Value;
  sigmoid(x: Operand): Value;
  add(x: Operand, y: Operand): Value;
  sub(x: Operand, y: Operand): Value;
  mul(x: Operand, y: Operand): Value;
  div(x: Operand, y: Operand): Value;
  pow(x: Operand, y: Operand): Value;
  equal(x: Operand, y: Operand): Value;
  less(x: Operand, y: Operand): Value;
  greater(x: Operand, y: Operand): Value;
  where(condition: Value, x: Operand, y: Operand): Value;
  cast(x: Value, dtype: DType): Value;
  /** Flags as in the op: read the last two dimensions transposed. */
  matmul(x: Value, y: Value, transposeX?: boolean, transposeY?: boolean): Value;
  /** Axes stay with size 1 where keepDims is true. */
  sum(x: Value, axes: readonly number[], keepDims: boolean): Value;
  mean(x: Value, axes: readonly number[], keepDims: boolean): Value;
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  broadcast(x: Value, shape: Shape): Value;
  slice(x: Value, start: readonly number[], stop: readonly number[]): Value;
}
