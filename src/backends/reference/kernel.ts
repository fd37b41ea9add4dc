// What a kernel of the reference is: prepared once on fixed arrays, then run any number of times without allocating.
import type { TypedArray } from "../../ir/dtype.ts";
import type { OpAttributes } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/shape.ts";
import type { KernelOpName } from "../../plan/plan.ts";

/** Elements, row-major and dense, with their type. */
export interface NdArray extends TensorType {
  readonly data: TypedArray;
}

/**
 * Arithmetic is in float64; storing into the output's array does the rounding. Inputs and output do not overlap. `sumOverRanks`
 * adds up what every rank of a training has, in place; absent where there is one. (Written as a method, so that kernels may name their inputs by position.)
 */
export type Kernel<N extends KernelOpName> = {
  prepare(
    inputs: readonly NdArray[],
    attributes: OpAttributes[N],
    output: NdArray,
    sumOverRanks?: (values: TypedArray) => void,
  ): () => void;
}["prepare"];

export type Kernels = { readonly [N in KernelOpName]: Kernel<N> };
