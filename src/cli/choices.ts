// The names that options accept: typed against the engine's, so that a missing or wrong one does not compile, and
// written out, so that help and usage errors need not load the engine.
import type { BackendName } from "../backends/backend.ts";
import type { ColumnType, Task } from "../data/index.ts";
import type { ActivationName, InitializerName } from "../nn/index.ts";
import type { OptimizerKind, ScheduleKind } from "../optim/index.ts";

const names = <N extends string>(all: Record<N, 0>) => Object.keys(all) as N[];

export const tasks = names<Task | "auto">({ auto: 0, classification: 0, regression: 0 });
export const backends = names<BackendName>({ auto: 0, wasm: 0, reference: 0 });
export const columnTypes = names<ColumnType | "ignore">({
  number: 0,
  boolean: 0,
  category: 0,
  date: 0,
  text: 0,
  identifier: 0,
  constant: 0,
  ignore: 0,
});
export const activations = names<ActivationName>({
  relu: 0,
  leakyRelu: 0,
  elu: 0,
  gelu: 0,
  geluTanh: 0,
  silu: 0,
  softplus: 0,
  tanh: 0,
  sigmoid: 0,
  softmax: 0,
});
export const initializers = names<InitializerName>({
  heUniform: 0,
  heNormal: 0,
  xavierUniform: 0,
  xavierNormal: 0,
  lecunUniform: 0,
  lecunNormal: 0,
  orthogonal: 0,
  zeros: 0,
});
export { lossNames as losses } from "../nn/losses/index.ts";
export const optimizers = names<OptimizerKind>({ adamw: 0, adam: 0, sgd: 0, rmsprop: 0, adagrad: 0 });
export const schedules = names<ScheduleKind>({
  cosine: 0,
  constant: 0,
  oneCycle: 0,
  warmup: 0,
  step: 0,
  exponential: 0,
  plateau: 0,
});
