// The training step as one module: data, parameters, moments and counters are state; step, observe, evaluate are programs.
import { gradThrough } from "../grad/transforms.ts";
import { type FloatDType, isFloat } from "../ir/dtype.ts";
import type { NodeId } from "../ir/graph.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import type { Layer, Tap, TensorTree, Variables } from "../nn/layer.ts";
import { type LossName, losses } from "../nn/losses.ts";
import { apply, applyTraining, parentPath } from "../nn/model.ts";
import { chainOf } from "../observe/chain.ts";
import { type Hooks, refuseWatch, replaced } from "../observe/hooks.ts";
import type { ReadableStep, Section } from "../observe/origin.ts";
import { type ProbePlan, planProbes, probe, probeDistance, probeStates } from "../observe/probes.ts";
import {
  clipByNorm,
  clipByValue,
  initOptimizer,
  type Optimizer,
  type OptimizerState,
  updateOptimizer,
} from "../optim/optimizers.ts";
import { learningRate, type Schedule } from "../optim/schedules.ts";
import type { Module, Program } from "../plan/module.ts";
import { type ProgramResult, type Tensors, type Types, traceProgram } from "../run/program.ts";
import { arange, foldIn, randomKey, where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import { type Flattened, flatten, mapTree } from "../trace/tree.ts";

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
  readonly hooks?: Hooks | undefined;
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
  /** How to read what the program "observe" gives. */
  readonly probes: ProbePlan;
  /** How to read the graphs of "observe" and of the evaluation programs, by program. */
  readonly readable: Readonly<Record<string, ReadableStep>>;
  readonly parameterCount: number;
}

/** Rows evaluated at once. */
export const evaluationRows = 1024;

/** Notes that a section of the graph ends with a node; it begins after the one noted before it. */
type Mark = (tensor: Tensor, section: Section) => void;

interface State extends Variables {
  readonly optimizer: OptimizerState;
}

/**
 * Programs: "step" trains on the next batch; "observe" does the same and gives what the probes see;
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
  const parameters = flatten(variables.parameters);
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
  const batch: TensorType = { ...train.x, shape: [batchSize, ...train.x.shape.slice(1)] };
  const probes = planProbes(
    chainOf(settings.model),
    valueShapes(settings.model, variables, batch),
    parameters.paths.map((name, i) => ({ name, shape: parameters.leaves[i]!.shape })),
    batchSize,
  );
  const probed = probeStates(probes, float);
  const stepState = { ...trained, ...counters, "train.x": train.x, "train.y": train.y };
  const programs: Record<string, Program> = {
    step: traceProgram(stepState, {}, (state) => trainStep(settings, flat, state, undefined), float),
    distance: traceProgram(
      { ...trained, ...probed },
      {},
      (state) => ({ outputs: probeDistance(probes, state) }),
      float,
    ),
    // The rate of any step, as the machine rounds it.
    rate: traceProgram(
      { rateScale: counters.rateScale! },
      { at: counters.step! },
      ({ rateScale }, { at }) => ({ outputs: { rate: rateOf(settings, at!).mul(rateScale!) } }),
      float,
    ),
  };
  const readable: Record<string, ReadableStep> = {};
  const addReadable = (
    name: string,
    state: Types,
    inputs: Types,
    fn: (s: Tensors, i: Tensors, mark: Mark) => ProgramResult,
  ) => {
    const sections = new Map<NodeId, Section>();
    const mark: Mark = (tensor, section) => sections.set(tensor.symbolic!.value.id, section);
    const program = traceProgram(state, inputs, (s, i) => fn(s, i, mark), float);
    programs[name] = program;
    readable[name] = { graph: program.graph, sections, inputs: [...Object.keys(state), ...Object.keys(inputs)] };
  };
  addReadable("observe", { ...stepState, ...probed }, {}, (state, _, mark) =>
    trainStep(settings, flat, state, { probes, mark }),
  );
  for (const [name, types] of Object.entries({ train, validation })) {
    if (types === undefined) continue;
    const rows = types.x.shape[0]!;
    const parts = { [name]: Math.min(rows, evaluationRows), [`${name}Rest`]: rows % evaluationRows };
    for (const [part, count] of Object.entries(parts)) {
      if (count === 0 || (part !== name && rows < evaluationRows)) continue;
      addReadable(
        part,
        { ...trained, [`${name}.x`]: types.x, [`${name}.y`]: types.y },
        { rows: { shape: [count], dtype: "int32" } },
        (state, { rows }, mark) =>
          evaluate(settings, flat, state, state[`${name}.x`]!, state[`${name}.y`]!, rows!, mark),
      );
    }
  }
  return {
    module: { state: { ...trained, ...counters, ...probed, ...data }, programs },
    initial,
    rebuild: (read) => own.rebuild(own.paths.map(read)) as Variables,
    rebuildState: (read) => flat.rebuild(flat.paths.map(read)) as State,
    probes,
    readable,
    parameterCount: parameters.leaves.reduce((sum, leaf) => sum + leaf.size, 0),
  };
}

/** Shapes of the float values of a training pass over a batch, by their names. */
function valueShapes(model: Layer, variables: Variables, batch: TensorType): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const record = (name: string, value: Tensor): Tensor => {
    if (isFloat(value.dtype)) shapes.set(name, value.shape);
    return value;
  };
  trace([{ ...batch, name: "x" }], ([x]) => [applyTraining(model, variables, x!, randomKey(0), record).y]);
  return shapes;
}

function trainStep(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  observed: { readonly probes: ProbePlan; readonly mark: Mark } | undefined,
): ProgramResult {
  const { model, optimizer, batchSize, clipNorm, clipValue, hooks } = settings;
  const { parameters, buffers, optimizer: moments } = flat.rebuild(flat.paths.map((path) => state[path]!)) as State;
  const step = state.step!;
  const cursor = state.cursor!;
  const rows = state.order!.gather(cursor.add(arange(batchSize)));
  const batch = state["train.x"]!.gather(rows);
  const y = state["train.y"]!.gather(rows);
  const key = foldIn(state.key!, step);

  const [[loss, nextBuffers, values], raw, through] = gradThrough(
    (p: TensorTree): [Tensor, TensorTree, Record<string, Tensor>] => {
      const named: Record<string, Tensor> = {};
      const tap = (name: string, value: Tensor): Tensor => {
        const own = replaced(hooks, name, value);
        if (observed !== undefined && isFloat(own.dtype)) named[name] = own;
        else if (observed !== undefined) refuseWatch(hooks, name, own);
        return own;
      };
      const used = tapped(p, tap);
      const applied = applyTraining(model, { parameters: used, buffers }, tap("x", batch), key, tap);
      return [losses[settings.loss](applied.y, y), applied.buffers, named];
    },
  )(parameters);

  const clipped = clipValue === undefined ? raw : clipByValue(raw, clipValue);
  const gradients = clipNorm === undefined ? clipped : clipByNorm(clipped, clipNorm);
  const rate = rateOf(settings, step).mul(state.rateScale!);
  const updated = updateOptimizer(optimizer, parameters, gradients, moments, { step, learningRate: rate });

  const alive = state.failedAt!.less(0);
  const failedAt = where(alive, where(loss.isFinite(), -1, step), state.failedAt!);
  const leaves = [parameters, raw, gradients, updated.parameters].map((tree) => flatten(tree).leaves);
  const [before, slopes, clippedSlopes, after] = leaves as [Tensor[], Tensor[], Tensor[], Tensor[]];
  if (observed !== undefined) {
    const { chain, parameters: own } = observed.probes;
    chain.forEach(({ name }, i) => {
      if (values[name] !== undefined) observed.mark(values[name], { where: "forward", layer: name });
      // The gradient of a layer's input is made on the way back through the layer.
      const entering = i > 0 ? (through as Tensors)[chain[i - 1]!.name] : undefined;
      if (entering !== undefined) observed.mark(entering, { where: "backward", layer: name });
    });
    observed.mark(loss, { where: "forward" });
    own.forEach(({ name }, i) => {
      observed.mark(slopes[i]!, { where: "backward", layer: parentPath(name) });
      observed.mark(after[i]!, { where: "update", layer: parentPath(name) });
    });
  }
  const seen =
    observed &&
    probe(observed.probes, state, {
      x: values.x ?? batch,
      loss,
      rate,
      values,
      gradients: through as Tensors,
      before,
      raw: slopes,
      clipped: clippedSlopes,
      after,
    });
  const next = flatten({
    parameters: observed ? last(updated.parameters) : updated.parameters,
    buffers: nextBuffers,
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
    outputs: { ...seen?.outputs, ...watched(hooks, values, through as Tensors) },
  };
}

const rateOf = ({ schedule, optimizer }: StepSettings, step: Tensor): Tensor =>
  learningRate(schedule, optimizer.learningRate, step);

/**
 * The same numbers as values of their own, made after all others: what reads the weights before the update has read
 * them then, and the update is written in place, as in a step that is not observed.
 */
const last = (tree: TensorTree): TensorTree => mapTree(tree, (x) => x.maximum(x));

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

function evaluate(
  settings: StepSettings,
  flat: Flattened,
  state: Tensors,
  x: Tensor,
  y: Tensor,
  rows: Tensor,
  mark: Mark,
): ProgramResult {
  const { parameters, buffers } = flat.rebuild(flat.paths.map((path) => state[path]!)) as State;
  const tap = (name: string, value: Tensor): Tensor => replaced(settings.hooks, name, value);
  const used = { parameters: tapped(parameters, tap), buffers };
  const prediction = apply(settings.model, used, tap("x", x.gather(rows)), (name, value) => {
    const own = tap(name, value);
    mark(own, { where: "forward", layer: name });
    return own;
  });
  const loss = losses[settings.loss](prediction, y.gather(rows));
  mark(loss, { where: "forward" });
  return { outputs: { prediction, loss } };
}
