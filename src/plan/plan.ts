// The plan: buffers and kernels as plain data. It names buffers, never pointers; backends turn it into their own form.
import type { DType, TypedArray } from "../ir/dtype.ts";
import type { ElementwiseOpName, OpAttributes, OpName } from "../ir/graph.ts";
import type { Shape, TensorType } from "../ir/shape.ts";

/** Index into the plan's list of buffers. */
export type BufferId = number;

export interface Buffer extends TensorType {
  readonly id: BufferId;
  /** State stays from run to run; scratch places are shared by values that are not alive together. */
  readonly role: "state" | "input" | "constant" | "output" | "scratch";
  /** State, inputs and outputs have names. */
  readonly name?: string;
  /** First byte in the arena; a multiple of 16. */
  readonly offset: number;
  /** A multiple of 16: kernels may read and write whole vectors past the last element. */
  readonly bytes: number;
  /** Contents of a constant: one element for all, or as many as the shape has. */
  readonly data?: TypedArray;
}

/** A buffer read or written as a shape: reshapes cost nothing. Always dense and row-major. */
export interface View extends TensorType {
  readonly buffer: BufferId;
}

/** An op that is not elementwise. "reshape" is a plain copy between buffers. */
type OpKernelOf<N extends OpName> = {
  readonly kind: "op";
  readonly op: N;
  readonly attributes: OpAttributes[N];
  readonly inputs: readonly View[];
  readonly output: View;
};
export type KernelOpName = Exclude<OpName, ElementwiseOpName | "input" | "constant">;
export type OpKernel<N extends KernelOpName = KernelOpName> = { [K in N]: OpKernelOf<K> }[N];

/** Where a step of a fused kernel takes an operand from. */
export type FusedArgument =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "step"; readonly index: number }
  | { readonly kind: "number"; readonly value: number };

type FusedStepOf<N extends ElementwiseOpName> = {
  readonly op: N;
  readonly attributes: OpAttributes[N];
  readonly arguments: readonly FusedArgument[];
  /** Element type of the result. */
  readonly dtype: DType;
};
export type FusedStep = { [N in ElementwiseOpName]: FusedStepOf<N> }[ElementwiseOpName];

/**
 * A chain of elementwise ops over one iteration space. Inputs broadcast to `shape` by NumPy's rules; outputs have it.
 * An output buffer may be an input buffer of the same shape (in-place).
 */
export interface FusedKernel {
  readonly kind: "fused";
  readonly shape: Shape;
  readonly inputs: readonly View[];
  readonly steps: readonly FusedStep[];
  readonly outputs: readonly { readonly step: number; readonly view: View }[];
}

export type Kernel = OpKernel | FusedKernel;

export interface PlannedProgram {
  readonly kernels: readonly Kernel[];
  readonly inputs: Readonly<Record<string, View>>;
  readonly outputs: Readonly<Record<string, View>>;
}

export interface Plan {
  readonly buffers: readonly Buffer[];
  readonly states: Readonly<Record<string, View>>;
  /** Kernels that depend on constants alone: run once, when the plan is loaded. */
  readonly setup: readonly Kernel[];
  readonly programs: Readonly<Record<string, PlannedProgram>>;
  /** Bytes of the one arena, and what it would take if no two scratch values shared a place. */
  readonly arena: { readonly bytes: number; readonly bytesWithoutReuse: number };
}
