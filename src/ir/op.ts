// The record of an op: everything the project knows of it, in one place.
import type { Builder, Value } from "./builder.ts";
import type { DType } from "./dtype.ts";
import type { ElementwiseOpName, Formula, OpAttributes, OpName } from "./graph.ts";
import type { TensorType } from "./shape.ts";

/** What a gradient rule is handed. Only what `saves` names may be used. */
export interface GradientContext<N extends OpName> {
  /** ∂L/∂y, of y's shape. */
  readonly dy: Value;
  /** The inputs: values where the record saves "inputs" or "both". Shapes and types may always be read. */
  readonly inputs: readonly Value[];
  /** The output: a value where the record saves "output" or "both". */
  readonly y: Value;
  readonly attributes: OpAttributes[N];
}

/**
 * One gradient per input, written as graph nodes; undefined where an input has none (indices, conditions).
 * A gradient may have the broadcast shape: it is summed back to the input's shape once, in grad/.
 */
export type GradientRule<N extends OpName> = {
  rule(context: GradientContext<N>, g: Builder): readonly (Value | undefined)[];
}["rule"];

/**
 * Element types of an operand: floats; floats and int32; all; or the one that is named. Operands that accept several
 * share one.
 */
export type Accepted = "float" | "number" | "any" | "int32" | "bool";

export interface OpRecord<N extends OpName = OpName> {
  readonly name: N;
  /**
   * Of an op that users define: name and formula of one node. The node's last input is its value, which nodes of the
   * graph compute from the other inputs; to those alone gradients go, by the node's own rule.
   */
  definition?(attributes: OpAttributes[N]): { readonly name: string; readonly formula: Formula };
  /** Number of inputs, or "any". */
  readonly arity: number | "any";
  /** What each input may hold; the last one serves for all further inputs. Empty: each may have a type of its own. */
  readonly accepts: readonly Accepted[];
  /** Shape and element type of the output. Throws SHAPE_MISMATCH, DTYPE_MISMATCH or INVALID_ARGUMENT. */
  infer(inputs: readonly TensorType[], attributes: OpAttributes[N]): TensorType;
  readonly saves: "inputs" | "output" | "both" | "nothing";
  /** "none": the output does not vary with the inputs, or only in steps; or the op is the planner's, which comes after gradients. */
  readonly gradient: GradientRule<N> | "none";
  /**
   * Index of an input that the output equals if it has the output's type, as x in x + 0. `splats[i]` is the value of an
   * input whose elements are all known and equal.
   */
  identity?(splats: readonly (number | undefined)[], attributes: OpAttributes[N]): number | undefined;
  /** Of a choice between operands: a bool of the operands' broadcast shape or less, true where the output is operand `i`. */
  chosen?(i: number, inputs: readonly Value[], g: Builder): Value;
  /** The derivative is infinite where the output is 0, or may be. */
  readonly steep?: true;
  /**
   * Where the op is flat because it is the same on both sides, as x² at 0: a bool of the shape of dx or less. There the gradient
   * is 0 even if dy is infinite, as that of √(x²) = |x| is 0 at 0 by symmetry.
   */
  flat?(inputs: readonly Value[], attributes: OpAttributes[N], g: Builder): Value | undefined;
  /** Nothing is rounded but what is stored: all backends give the same bits. */
  readonly exact?: true;
  /**
   * The output has no elements but those of its one input: all in their order ("view"), repeated as elementwise ops repeat
   * an operand of fewer elements ("broadcast"), or others ("select").
   */
  readonly moves?: "view" | "broadcast" | "select";
  /** Of ops that permute axes: the input's axis for each of the output's. */
  permutes?(attributes: OpAttributes[N]): readonly number[];
  /** Attributes with which input `i` is read with its last two axes changed about. */
  transposing?(attributes: OpAttributes[N], i: number): OpAttributes[N];
  /** Of reductions: the axes of the one input along which elements go into one. */
  reduces?(attributes: OpAttributes[N]): readonly number[];
  /** Of matrix products and convolutions: at the most, how many products are added up in each element of the output. */
  sums?(inputs: readonly TensorType[], attributes: OpAttributes[N]): number;
  /** All ranks of a training compute it together, so that every rank must come to the same ones in the same order. */
  readonly isCollective?: true;
  /** Whether row i of the output, along its first axis, is made of other rows of the inputs than theirs at i. */
  mixesRows?(attributes: OpAttributes[N]): boolean;
}

/** An op that is one scalar expression, applied element by element. */
export interface ElementwiseRecord<N extends ElementwiseOpName = ElementwiseOpName> extends OpRecord<N> {
  readonly arity: number;
  /**
   * The value at one place, in float64; storing it as `dtype`, the output's type, rounds it, and of int32 keeps the lowest
   * 32 bits.
   */
  scalar(attributes: OpAttributes[N], dtype: DType): (...inputs: number[]) => number;
}

export type OpTable = {
  readonly [N in OpName]: N extends ElementwiseOpName ? ElementwiseRecord<N> : OpRecord<N>;
};

/** What input `i` of an op may hold. */
export const acceptedAt = ({ accepts }: Pick<OpRecord, "accepts">, i: number): Accepted | undefined =>
  accepts[i] ?? accepts.at(-1);

/** Whether inputs that accept this share one element type. */
export const isShared = (accepted: Accepted | undefined): accepted is "float" | "number" | "any" =>
  accepted === "float" || accepted === "number" || accepted === "any";

/** The name of a node: its op's, or its own where a user defined it. */
export const nameOf = (record: OpRecord, attributes: OpAttributes[OpName]): string =>
  record.definition?.(attributes).name ?? record.name;

export const isElementwise = (record: OpRecord): record is ElementwiseRecord => "scalar" in record;
