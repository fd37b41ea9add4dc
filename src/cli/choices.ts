// The names that options accept. Typed against the engine's, so that a missing or wrong one does not compile, and
// written out, so that help and usage errors need not load the engine.
import type { BackendName } from "../backends/backend.ts";
import type { ColumnType, Task } from "../data/index.ts";
import type { ActivationName, InitializerName, LossName } from "../nn/index.ts";
import type { OptimizerKind, ScheduleKind } from "../optim/index.ts";

const names = <N extends string>(all: Record<N, 0>) => Object.keys(all) as N[];

export const taskChoices = names<Task | "auto">({ auto: 0, classification: 0, regression: 0 });
export const backendChoices = names<BackendName | "auto">({ auto: 0, reference: 0, wasm: 0 });
export const typeChoices = names<ColumnType | "ignore">({
  number: 0,
  boolean: 0,
  category: 0,
  date: 0,
  text: 0,
  identifier: 0,
  constant: 0,
  ignore: 0,
});
