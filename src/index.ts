// The engine: tensors, derivatives, compilation.
import "./run/engine.ts";

export type { BackendName } from "./backends/backend.ts";
export {
  type GradOptions,
  grad,
  gradThrough,
  hessian,
  hvp,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
} from "./grad/transforms.ts";
export type { DType, FloatDType, TypedArray } from "./ir/dtype.ts";
export { ChainruleError, type ErrorCode, type PlainError } from "./ir/errors.ts";
export type { Graph, Node } from "./ir/graph.ts";
export { printGraph } from "./ir/print.ts";
export type { Shape, TensorType } from "./ir/shape.ts";
export type { Plan } from "./plan/plan.ts";
export { printPlan } from "./plan/print.ts";
export type { BackendOptions } from "./run/backends.ts";
export { type CompiledFunction, type CompileOptions, compile } from "./run/compile.ts";
export {
  allReduce,
  arange,
  concat,
  eye,
  foldIn,
  full,
  oneHot,
  ones,
  randomKey,
  randomNormal,
  randomUniform,
  stack,
  type TensorOptions,
  tensor,
  where,
  zeros,
} from "./trace/create.ts";
export { Tensor } from "./trace/tensor.ts";
export type { Axis, ConvolutionOptions, NestedArray, PoolingOptions, ReduceOptions } from "./trace/tensor-options.ts";
export { trace } from "./trace/trace.ts";
