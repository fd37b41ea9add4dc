// The training step as one module: data, parameters, moments and counters are state; step, observe, evaluate are programs.
import { gradThrough } from "../grad/transforms.ts";
import type { FloatDType } from "../ir/dtype.ts";
import type { TensorType } from "../ir/shape.ts";
import type { Layer, TensorTree, Variables } from "../nn/layer.ts";
import { type LossName, losses } from "../nn/losses.ts";
import { apply, applyTraining } from "../nn/model.ts";
import { type ChainPoint, chainOf } from "../observe/chain.ts";
import {
  clipByNorm,
  clipByValue,
  initOptimizer,
  type Optimizer,
  type OptimizerState,
  updateOptimizer,
} from "../optim/optimizers.ts";
import { learningRate, type Schedule } from "../optim/schedules.ts";
import type { Module } from "../plan/module.ts";
import { type ProgramResult, type Tensors, type Types, traceProgram } from "../run/program.ts";
import { arange, foldIn, stack, where, zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { type Flattened, flatten } from "../trace/tree.ts";

export interface StepSettings {
  readonly model: Layer;
  readonly loss: LossName;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Largest norm of all gradients together. */
  readonly clipNorm?: number | undefined;
  /** Largest size of a gradient's element. */
  readonly clipValue?: number | undefined;
  readonly batchSize: number;
  /** Steps over the rows that are in the machine at a time. */
  readonly stepsPerBlock: number;
  readonly float: FloatDType;
}

/** Element types and shapes of one split: rows first. */
export interface SplitTypes {
  readonly x: TensorType;
  readonly y: TensorType;
}

/** Everything that the module was made from, by the names of its states. */
export interface TrainingModule {
  readonly module: Module;
  /** Initial values of the trained state, by name: "parameters.layers.0.weight", "optimizer.mean.layers.0.weight". */
  readonly initial: ReadonlyMap<string, Tensor>;
  /** Puts variables together again from values by name. */
  rebuild(read: (name: string) => Tensor): Variables;
  /** The same with the optimizer's state. */
  rebuildState(read: (name: string) => Tensor): Variables & { readonly optimizer: OptimizerState };
  /** Names of layers, in the order of the observations. */
  readonly layers: readonly string[];
  /** What the observed gradients of values belong to, in their order. */
  readonly chain: readonly ChainPoint[];
  /** Elements of each value of the chain. */
  readonly chainSizes: readonly number[];
  readonly parameterCount: number;
}

/** Rows evaluated at once. */
export const evaluationRows = 1024;

interface State extends Variables {
  readonly optimizer: OptimizerState;
}

/**
 * Programs: "step" trains on the next batch; "observe" does the same and gives each layer's gradients and updates;
 * "train", "trainRest", "validation", "validationRest" evaluate rows of a split, `evaluationRows` or what is left over.
 */
export function trainingModule(
  settings: StepSettings,
  variables: Variables,
  train: SplitTypes,
  validation: SplitTypes | undefined,
): TrainingModule {
  const { batchSize, stepsPerBlock, float } = settings;
  const start: State = { ...variables, optimizer: initOptimizer(settings.optimizer, variables.parameters) };
  const flat = flatten(start);
  const own = flatten(variables);
  const initial = new Map(flat.paths.map((path, i) => [path, flat.leaves[i]!]));
  const trained = Object.fromEntries(
    flat.paths.map((path, i) => [path, { shape: flat.leaves[i]!.shape, dtype: float }]),
  );
  const counters: Types = {
    step: { shape: [], dtype: "int32" },
    key: { shape: [4], dtype: "int32" },
    // Rows of the epoch's batches, one after the other, and how many are done.
    order: { shape: [stepsPerBlock * batchSize], dtype: "int32" },
    cursor: { shape: [], dtype: "int32" },
    lossSum: { shape: [], dtype: float },
    // First step whose loss was not finite; −1 while there is none.
    failedAt: { shape: [], dtype: "int32" },
    rateScale: { shape: [], dtype: float },
  };
  const data: Types = {
    "train.x": train.x,
    "train.y": train.y,
    ...(validation && { "validation.x": validation.x, "validation.y": validation.y }),
  };
  const groups = layersOf(flatten(variables.parameters));
  const stepState = { ...trained, ...counters, "train.x": train.x, "train.y": train.y };
  const chain = chainOf(settings.model);
  const chainSizes: number[] = [];
  const step = (observed: boolean) =>
    traceProgram(
      stepState,
      {},
      (state) => trainStep(settings, flat, state, observed ? { groups, chain, chainSizes } : undefined),
      float,
    );

  const programs: Record<string, Module["programs"][string]> = { step: step(false), observe: step(true) };
  for (const [name, types] of Object.entries({ train, validation })) {
    if (types === undefined) continue;
    const rows = types.x.shape[0]!;
    const parts = { [name]: Math.min(rows, evaluationRows), [`${name}Rest`]: rows % evaluationRows };
    for (const [part, count] of Object.entries(parts)) {
      if (count === 0 || (part !== name && rows < evaluationRows)) continue;
      programs[part] = traceProgram(
        { ...trained, [`${name}.x`]: types.x, [`${name}.y`]: types.y },
        { rows: { shape: [count], dtype: "int32" } },
        (state, inputs) => evaluate(settings, flat, state, state[`${name}.x`]!, state[`${name}.y`]!, inputs.rows!),
        float,
      );
    }
  }
  return {
    module: { state: { ...trained, ...counters, ...data }, programs },
    initial,
    rebuild: (read) => own.rebuild(own.paths.map(read)) as Variables,
    rebuildState: (read) => flat.rebuild(flat.paths.map(read)) as State,
    layers: groups.map((group) => group.name),
    chain,
    chainSizes,
    parameterCount: flatten(variables.parameters).leaves.reduce((sum, leaf) => sum + leaf.size, 0),
  };
}

/** What an observed step measures. */
interface Observed {
  readonly groups: readonly LayerGroup[];
  readonly chain: readonly ChainPoint[];
  /** Filled by the trace. */
  readonly chainSizes: number[];
}

function trainStep(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  observed: Observed | undefined,
): ProgramResult {
  const { model, optimizer, schedule, batchSize, clipNorm, clipValue } = settings;
  const { parameters, buffers, optimizer: moments } = flat.rebuild(flat.paths.map((path) => state[path]!)) as State;
  const step = state.step!;
  const cursor = state.cursor!;
  const rows = state.order!.gather(cursor.add(arange(batchSize)));
  const x = state["train.x"]!.gather(rows);
  const y = state["train.y"]!.gather(rows);
  const key = foldIn(state.key!, step);

  const [[loss, nextBuffers], raw, through] = gradThrough((p: TensorTree): [Tensor, TensorTree, Tensors] => {
    const values: Record<string, Tensor> = {};
    const tap = (name: string, value: Tensor): Tensor => (values[name] = value);
    const applied = applyTraining(model, { parameters: p, buffers }, x, key, observed && tap);
    return [losses[settings.loss](applied.y, y), applied.buffers, values];
  })(parameters);

  const clipped = clipValue === undefined ? raw : clipByValue(raw, clipValue);
  const gradients = clipNorm === undefined ? clipped : clipByNorm(clipped, clipNorm);
  const rate = learningRate(schedule, optimizer.learningRate, step).mul(state.rateScale!);
  const updated = updateOptimizer(optimizer, parameters, gradients, moments, { step, learningRate: rate });

  const alive = state.failedAt!.less(0);
  const failedAt = where(alive, where(loss.isFinite(), -1, step), state.failedAt!);
  const next = flatten({ parameters: updated.parameters, buffers: nextBuffers, optimizer: updated.state });
  return {
    state: {
      ...Object.fromEntries(flat.paths.map((path, i) => [path, next.leaves[i]!])),
      step: step.add(1),
      cursor: cursor.add(batchSize),
      // Up to the first loss that is not finite: later ones would turn infinity into NaN.
      lossSum: where(alive, state.lossSum!.add(loss), state.lossSum!),
      failedAt,
    },
    outputs:
      observed === undefined ? {} : { rate, ...observe(observed, parameters, gradients, updated.parameters, through) },
  };
}

function evaluate(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  x: Tensor,
  y: Tensor,
  rows: Tensor,
): ProgramResult {
  const variables = flat.rebuild(flat.paths.map((path) => state[path]!)) as State;
  const prediction = apply(settings.model, variables, x.gather(rows));
  return { outputs: { prediction, loss: losses[settings.loss](prediction, y.gather(rows)) } };
}

/** The parameters of one layer: positions among the leaves of the parameter tree. */
interface LayerGroup {
  readonly name: string;
  readonly leaves: readonly number[];
}

/** Parameters that share a path up to their own name: "layers.0.weight" and "layers.0.bias" are layer "layers.0". */
function layersOf({ paths }: Flattened): LayerGroup[] {
  const groups = new Map<string, number[]>();
  paths.forEach((path, i) => {
    const name = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    groups.set(name, [...(groups.get(name) ?? []), i]);
  });
  return [...groups].map(([name, leaves]) => ({ name, leaves }));
}

/**
 * Root mean squares. One entry a layer: of gradients (clipped), of updates, of weights before the update. One
 * entry a point of the chain: of the gradients of values, `delta`.
 */
function observe(
  { groups, chain, chainSizes }: Observed,
  before: TensorTree,
  gradients: TensorTree,
  after: TensorTree,
  through: Tensors,
): Tensors {
  const old = flatten(before).leaves;
  const g = flatten(gradients).leaves;
  const update = flatten(after).leaves.map((leaf, i) => leaf.sub(old[i]!));
  const each = (leaves: readonly Tensor[]) =>
    stack(groups.map((group) => rootMeanSquare(group.leaves.map((i) => leaves[i]!))));
  const deltas = chain.map(({ name }) => through[name]!);
  chainSizes.splice(0, chainSizes.length, ...deltas.map((delta) => delta.size));
  const delta = stack(deltas.map((value) => rootMeanSquare([value])));
  return { gradient: each(g), update: each(update), weight: each(old), delta };
}

/** √ mean x², scaled by the largest |x| so that squares of tiny numbers do not vanish in float32. */
function rootMeanSquare(parts: readonly Tensor[]): Tensor {
  const filled = parts.filter((part) => part.size > 0);
  if (filled.length === 0) return zeros([]);
  const largest = filled.map((part) => part.abs().max()).reduce((a, b) => a.maximum(b));
  const scale = where(largest.greater(0), largest, 1);
  const size = filled.reduce((sum, part) => sum + part.size, 0);
  const squares = filled.map((part) => part.div(scale).square().sum()).reduce((a, b) => a.add(b));
  return squares.div(size).sqrt().mul(scale);
}
