// What shape rules require of types and attributes, with errors that name the op, what must hold, what came, and the fix.
import { type DType, isFloat } from "../ir/dtype.ts";
import { ChainruleError, type ErrorCode } from "../ir/errors.ts";
import type { OpName } from "../ir/graph.ts";
import { type Accepted, acceptedAt, isShared } from "../ir/op.ts";
import { broadcastShapes, formatShape, formatType, type Shape, type TensorType } from "../ir/shape.ts";

/** An error about the operands of `op`; `message` goes on after the op's name. */
export const operandError = (
  code: ErrorCode,
  op: OpName,
  message: string,
  inputs: readonly TensorType[],
  details: Record<string, unknown> = {},
) => new ChainruleError(code, `${op}: ${message}`, { op, shapes: inputs.map(({ shape }) => shape), ...details });

const listTypes = (inputs: readonly TensorType[]) => inputs.map(formatType).join(" and ");
const listShapes = (inputs: readonly TensorType[]) => inputs.map(({ shape }) => formatShape(shape)).join(" and ");

export function requireDType(op: OpName, x: TensorType, accepts: Accepted): void {
  if (accepts === "any" || isFloat(x.dtype) || (accepts === "number" && x.dtype === "int32")) return;
  const needed = accepts === "float" ? "float elements" : "float or int32 elements";
  const fix = accepts === "float" ? "float32" : "int32 or float32";
  throw operandError("DTYPE_MISMATCH", op, `needs ${needed}; got ${formatType(x)}. Cast it to ${fix} first.`, [x], {
    dtypes: [x.dtype],
  });
}

export function requireInt32(op: OpName, name: string, x: TensorType): void {
  if (x.dtype === "int32") return;
  throw operandError(
    "DTYPE_MISMATCH",
    op,
    `${name} must be int32; got ${formatType(x)}. Cast it to int32 first.`,
    [x],
    {
      dtypes: [x.dtype],
    },
  );
}

/** The element type that all operands share. */
export function requireSameDType(op: OpName, inputs: readonly TensorType[]): DType {
  const dtype = inputs[0]!.dtype;
  if (inputs.every((x) => x.dtype === dtype)) return dtype;
  throw operandError(
    "DTYPE_MISMATCH",
    op,
    `operands must share one element type; got ${listTypes(inputs)}. Cast them to the wider type first.`,
    inputs,
    { dtypes: inputs.map((x) => x.dtype) },
  );
}

/** The operands that share a type have one that their op accepts. */
export function requireAccepted(op: OpName, inputs: readonly TensorType[], accepts: readonly Accepted[]): void {
  const sharing = inputs.filter((_, i) => isShared(acceptedAt({ accepts }, i)));
  if (sharing.length === 0) return;
  requireSameDType(op, sharing);
  requireDType(op, sharing[0]!, accepts.find(isShared)!);
}

/** The shape that the operands broadcast to. */
export function requireBroadcast(op: OpName, inputs: readonly TensorType[]): Shape {
  // Spread: the operands of one op.
  const shape = broadcastShapes(...inputs.map((x) => x.shape));
  if (shape !== undefined) return shape;
  throw operandError(
    "SHAPE_MISMATCH",
    op,
    `shapes must broadcast: from the last dimension backwards, sizes are equal or one of them is 1; got ${listShapes(inputs)}. Reshape, transpose or slice one of them to fit.`,
    inputs,
  );
}

export function requireRank(op: OpName, name: string, x: TensorType, rank: number, meaning: string): void {
  if (x.shape.length === rank) return;
  throw operandError(
    "SHAPE_MISMATCH",
    op,
    `${name} must have ${rank} dimensions, ${meaning}; got shape ${formatShape(x.shape)}. Reshape it first.`,
    [x],
  );
}

/** Sorted distinct axes of `x`. */
export function requireAxes(op: OpName, x: TensorType, axes: readonly number[]): void {
  const valid = axes.every(
    (axis, i) => Number.isInteger(axis) && axis >= 0 && axis < x.shape.length && (i === 0 || axis > axes[i - 1]!),
  );
  if (valid) return;
  throw operandError(
    "INVALID_ARGUMENT",
    op,
    `axes must be sorted, distinct and from 0 to ${x.shape.length - 1} for shape ${formatShape(x.shape)}; got ${formatShape(axes)}.`,
    [x],
    { axes },
  );
}

/** At least one element along `axes`, where the result would be undefined for none. */
export function requireElements(op: OpName, x: TensorType, axes: readonly number[]): void {
  if (axes.every((axis) => x.shape[axis] !== 0)) return;
  throw operandError(
    "INVALID_ARGUMENT",
    op,
    `is undefined over zero elements; got shape ${formatShape(x.shape)} with axes ${formatShape(axes)}. Leave out the empty dimension or check the data before.`,
    [x],
    { axes },
  );
}

/** Integers of at least `least`, as many as `count`. */
export function requireIntegers(
  op: OpName,
  name: string,
  values: readonly number[],
  least: number,
  count = values.length,
): void {
  if (values.length === count && values.every((value) => Number.isInteger(value) && value >= least)) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${op}: ${name} must be ${count} ${count === 1 ? "integer" : "integers"} of at least ${least}; got ${formatShape(values)}.`,
    { op, [name]: values },
  );
}

export function requireShape(op: OpName, shape: Shape): void {
  if (shape.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${op}: sizes of a shape must be integers of at least 0; got ${formatShape(shape)}.`,
    { op, shape },
  );
}

export function requireFinite(op: OpName, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new ChainruleError("INVALID_ARGUMENT", `${op}: ${name} must be a finite number; got ${value}.`, {
    op,
    [name]: value,
  });
}
