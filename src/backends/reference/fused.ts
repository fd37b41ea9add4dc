// Fused elementwise kernels: blocks of elements go through the chain of steps in registers of a few hundred numbers.
import { allocate, type TypedArray } from "../../ir/dtype.ts";
import { broadcastStrides, sizeOf } from "../../ir/shape.ts";
import { ops } from "../../ops/index.ts";
import type { FusedArgument, FusedKernel, FusedStep, View } from "../../plan/plan.ts";
import { applyElementwise, type Scalar } from "./elementwise.ts";
import type { NdArray } from "./kernel.ts";
import { offsetsOf } from "./offsets.ts";

/** Elements computed together: few enough to stay in the first-level cache. */
const blockSize = 256;

/** Moves or computes elements start … start + n − 1 of the iteration space. */
type BlockAction = (start: number, n: number) => void;

export function prepareFused(kernel: FusedKernel, arrayAt: (view: View) => NdArray): () => void {
  const size = sizeOf(kernel.shape);
  const length = Math.min(size, blockSize);
  const inputs = kernel.inputs.map((view) => allocate(view.dtype, length));
  const steps = kernel.steps.map((step) => allocate(step.dtype, length)); // storing rounds to the step's type
  const register = (argument: FusedArgument): TypedArray => {
    if (argument.kind === "number") return new Float64Array(length).fill(argument.value);
    return (argument.kind === "input" ? inputs : steps)[argument.index]!;
  };
  const actions: BlockAction[] = [
    ...kernel.inputs.map((view, i) => loadBlock(arrayAt(view), kernel, inputs[i]!)),
    ...kernel.steps.map((step, i) => computeBlock(step, step.arguments.map(register), steps[i]!)),
    ...kernel.outputs.map(({ step, view }) => storeBlock(steps[step]!, arrayAt(view).data)),
  ];
  return () => {
    for (let start = 0; start < size; start += blockSize) {
      const n = Math.min(blockSize, size - start);
      for (const action of actions) action(start, n);
    }
  };
}

function loadBlock(x: NdArray, { shape }: FusedKernel, register: TypedArray): BlockAction {
  if (x.data.length === sizeOf(shape)) {
    return (start, n) => {
      for (let i = 0; i < n; i++) register[i] = x.data[start + i]!;
    };
  }
  if (x.data.length === 1) return (_, n) => register.fill(x.data[0]!, 0, n);
  const offsets = offsetsOf(shape, broadcastStrides(x.shape, shape));
  return (start, n) => {
    for (let i = 0; i < n; i++) register[i] = x.data[offsets[start + i]!]!;
  };
}

function computeBlock(step: FusedStep, operands: readonly TypedArray[], register: TypedArray): BlockAction {
  const f = scalarOf(step);
  return (_, n) => applyElementwise(f, operands, register, n);
}

function storeBlock(register: TypedArray, out: TypedArray): BlockAction {
  return (start, n) => {
    for (let i = 0; i < n; i++) out[start + i] = register[i]!;
  };
}

function scalarOf(step: FusedStep): Scalar {
  return ops[step.op].scalar(step.attributes as never, step.dtype);
}
