// One training step and one evaluation, as functions of named state: what the programs of a training are traced from.
import { gradThrough } from "../grad/transforms.ts";
import { type FloatDType, isFloat } from "../ir/dtype.ts";
import type { Layer, Tap, TensorTree, Variables } from "../nn/layer.ts";
import { isLossRecord, type Loss } from "../nn/losses/index.ts";
import { apply, applyTraining } from "../nn/model.ts";
import type { RowShare } from "../nn/row-share.ts";
import { type Hooks, refuseWatch, replaced } from "../observe/hooks.ts";
import type { Section } from "../observe/origin.ts";
import type { SeenStep } from "../observe/probes/probe.ts";
import { clipByNorm, clipByValue } from "../optim/clip.ts";
import { learningRate } from "../optim/learning-rate.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";
import type { Schedule } from "../optim/schedules/index.ts";
import { type OptimizerState, updateOptimizer } from "../optim/update.ts";
import type { ProgramResult, Tensors } from "../run/program.ts";
import { arange, foldIn, where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { type Flattened, flatten } from "../trace/tree.ts";
import { addedUp, alone, type Place, partialLoss, sharesOf } from "./shares.ts";

/** What a forward pass and its loss follow from. */
export interface Forward {
  readonly model: Layer;
  readonly loss: Loss;
  readonly hooks?: Hooks | undefined;
}

export interface StepSettings extends Forward {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Largest norm of all gradients together. */
  readonly clipNorm?: number | undefined;
  /** Largest size of a gradient's element. */
  readonly clipValue?: number | undefined;
  /** Rows of a step. */
  readonly batchSize: number;
  /** Passes that they are cut into, one after the other. Default 1. */
  readonly accumulate?: number | undefined;
  /** Default: alone. */
  readonly place?: Place | undefined;
  readonly float: FloatDType;
}

/** The trained state: its leaves by their paths are states of the programs. */
export interface TrainedState extends Variables {
  readonly optimizer: OptimizerState;
}

/** `observe` adds to the graph what is seen of the step: state of its own, and outputs. */
export function trainStep(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  observe?: (seen: SeenStep) => ProgramResult,
): ProgramResult {
  const { optimizer, batchSize, clipNorm, clipValue, hooks } = settings;
  const { optimizer: moments, ...variables } = trainedState(flat, state);
  const { parameters } = variables;
  const step = state.step!;
  const cursor = state.cursor!;
  const { x, loss, buffers, values, slopes, gradients } = passes(settings, variables, state, observe !== undefined);

  const byValue = clipValue === undefined ? slopes : clipByValue(slopes, clipValue);
  const clipped = clipNorm === undefined ? byValue : clipByNorm(byValue, clipNorm);
  const rate = rateOf(settings, state, step);
  const updated = updateOptimizer(optimizer, parameters, clipped, moments, { step, learningRate: rate });

  const alive = state.failedAt!.less(0);
  const failedAt = where(alive, where(loss.isFinite(), -1, step), state.failedAt!);
  const trees = { parameters, slopes, clipped, updated: updated.parameters };
  const seen = observe?.({ x: values.x ?? x, loss, rate, values, gradients, ...byPath(trees) });
  const next = flatten({
    parameters: updated.parameters,
    buffers,
    optimizer: updated.state,
  });
  return {
    state: {
      ...Object.fromEntries(flat.paths.map((path, i) => [path, next.leaves[i]!])),
      step: step.add(1),
      cursor: cursor.add(batchSize),
      // Up to the first loss that is not finite: later ones would turn infinity into NaN.
      lossSum: where(alive, state.lossSum!.add(loss), state.lossSum!),
      failedAt,
      ...seen?.state,
    },
    outputs: { ...seen?.outputs, ...watched(hooks, values, gradients) },
  };
}

/** Loss and gradients of a step, of all of its passes and of all ranks; values and their gradients are those of this rank's first pass. */
function passes(settings: StepSettings, variables: Variables, state: Tensors, named: boolean) {
  const { batchSize, accumulate = 1, place = alone } = settings;
  const rowsOf = (from: number, count: number) => {
    const first = from === 0 ? state.cursor! : state.cursor!.add(from);
    const rows = state.order!.gather(first.add(arange(count)));
    return { x: state["train.x"]!.gather(rows), y: state["train.y"]!.gather(rows) };
  };
  const shares = sharesOf(batchSize, accumulate, place);
  if (shares === undefined) {
    const batch = rowsOf(0, batchSize);
    return { x: batch.x, ...backward(settings, variables, batch, foldIn(state.key!, state.step!), named) };
  }
  const batches = shares.map(({ from, rows }) => rowsOf(from, rows));
  const key = foldIn(state.key!, state.step!);
  let { buffers } = variables;
  const all = shares.map((share, i) => {
    const own = { ...variables, buffers };
    const pass = backward(settings, own, batches[i]!, key, named && i === 0, share);
    buffers = pass.buffers;
    return pass;
  });
  const flat = all.map(({ slopes }) => flatten(slopes));
  const { loss, slopes, divisor } = addedUp(
    all.map(({ loss, weight }, i) => ({ loss, weight, slopes: flat[i]!.leaves })),
    place,
  );
  const { values, gradients } = all[0]!;
  const scaled = Object.entries(gradients).map(([name, dx]) => [name, divisor ? dx.div(divisor) : dx]);
  return {
    ...{ x: batches[0]!.x, loss, buffers, values, gradients: Object.fromEntries(scaled) as Record<string, Tensor> },
    slopes: flat[0]!.rebuild(slopes) as TensorTree,
  };
}

/** The forward pass, the loss and its gradients; `named` where the values on the way are asked for. Of a share of a step, what it adds to these. */
function backward(
  settings: StepSettings,
  { parameters, buffers }: Variables,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  key: Tensor,
  named: boolean,
  share?: RowShare,
) {
  type More = { readonly weight?: Tensor | undefined; readonly buffers: TensorTree };
  const [[loss, more, values], slopes, gradients] = gradThrough(
    (p: TensorTree): [Tensor, More, Record<string, Tensor>] => {
      const values: Record<string, Tensor> = {};
      const tap = namingTap(settings.hooks, named ? values : undefined);
      const used = tapped(p, tap);
      const applied = applyTraining(settings.model, { parameters: used, buffers }, tap("x", x), key, tap, share);
      const { loss, weight } =
        share === undefined
          ? { loss: settings.loss(applied.y, y), weight: undefined }
          : partialLoss(settings.loss, applied.y, y, share, settings.batchSize);
      return [loss, { buffers: applied.buffers, ...(weight && { weight }) }, values];
    },
  )(parameters);
  return { loss, weight: more.weight, buffers: more.buffers, values, slopes, gradients };
}

/** Puts in what replaces a value, and notes float values by their names. */
const namingTap =
  (hooks: Hooks | undefined, values: Record<string, Tensor> | undefined): Tap =>
  (name, value) => {
    const own = replaced(hooks, name, value);
    if (values !== undefined && isFloat(own.dtype)) values[name] = own;
    else if (values !== undefined) refuseWatch(hooks, name, own);
    return own;
  };

/** What a model makes of some rows, as after training: every float value on the way and parameter by its name, and ∂loss/∂it. */
export interface Look {
  readonly loss: Tensor;
  readonly values: Tensors;
  readonly gradients: Tensors;
}

/** x and y are rows of a split. Traced as it is, or computed. */
export function look({ model, loss: lossOf, hooks }: Forward, variables: Variables, x: Tensor, y: Tensor): Look {
  const [[loss, , values], , gradients] = gradThrough((p: TensorTree): [Tensor, null, Record<string, Tensor>] => {
    const values: Record<string, Tensor> = {};
    const tap = namingTap(hooks, values);
    const used = { parameters: tapped(p, tap), buffers: variables.buffers };
    return [lossOf(apply(model, used, tap("x", x), tap), y), null, values];
  })(variables.parameters);
  return { loss, values, gradients };
}

const trainedState = (flat: Flattened, state: Tensors): TrainedState =>
  flat.rebuild(flat.paths.map((path) => state[path]!)) as TrainedState;

/** Leaves of trees by their paths. */
const byPath = <K extends string>(trees: Readonly<Record<K, TensorTree>>): Record<K, Tensors> =>
  Object.fromEntries(
    Object.entries<TensorTree>(trees).map(([name, tree]) => {
      const { paths, leaves } = flatten(tree);
      return [name, Object.fromEntries(paths.map((path, i) => [path, leaves[i]!]))];
    }),
  ) as Record<K, Tensors>;

/** The schedule's rate, scaled and shifted by the state. */
export const rateOf = (
  { schedule, optimizer }: StepSettings,
  { rateScale, rateShift }: Tensors,
  step: Tensor,
): Tensor => learningRate(schedule, optimizer.learningRate, step).mul(rateScale!).add(rateShift!);

/** Parameters as the model uses them: each offered to the tap by its path. */
function tapped(parameters: TensorTree, tap: Tap): TensorTree {
  const { leaves, paths, rebuild } = flatten(parameters);
  return rebuild(leaves.map((leaf, i) => tap(paths[i]!, leaf))) as TensorTree;
}

/** Of every value that a hook watches, where the step is observed: the value and its gradient. */
function watched(hooks: Hooks | undefined, values: Tensors, gradients: Tensors): Tensors {
  const names = Object.keys(hooks ?? {}).filter((name) => hooks![name]!.watch !== undefined && name in values);
  return Object.fromEntries(
    names.flatMap((name) => [
      [`watched.${name}`, values[name]!],
      [`watchedGradient.${name}`, gradients[name]!],
    ]),
  );
}

/** Notes that a section of the graph ends with a node; it begins after the one noted before it. */
export type Mark = (tensor: Tensor, section: Section) => void;

export function evaluate(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  { x, y, rows }: { readonly x: Tensor; readonly y: Tensor; readonly rows: Tensor },
  mark: Mark,
): ProgramResult {
  const { parameters, buffers } = trainedState(flat, state);
  const tap = (name: string, value: Tensor): Tensor => replaced(settings.hooks, name, value);
  const used = { parameters: tapped(parameters, tap), buffers };
  const prediction = apply(settings.model, used, tap("x", x.gather(rows)), (name, value) => {
    const own = tap(name, value);
    mark(own, { where: "forward", layer: name });
    return own;
  });
  const target = y.gather(rows);
  const loss = settings.loss(prediction, target);
  mark(loss, { where: "forward" });
  // How much the loss of these rows counts beside that of others.
  const weights = isLossRecord(settings.loss) ? settings.loss.weights?.(prediction, target) : undefined;
  return { outputs: { prediction, loss, ...(weights && { weight: weights.sum() }) } };
}
