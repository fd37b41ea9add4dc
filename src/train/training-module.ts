// A training as one module: data, parameters, moments and counters are state; step, observe, evaluations are programs.
import { type FloatDType, isFloat } from "../ir/dtype.ts";
import type { NodeId } from "../ir/graph.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import { type Layer, parentPath, type Variables } from "../nn/layer.ts";
import { applyTraining } from "../nn/model.ts";
import type { RowShare } from "../nn/row-share.ts";
import { chainOf } from "../observe/chain.ts";
import type { ReadableStep, Section } from "../observe/origin.ts";
import { distanceStates, traceDistance } from "../observe/probes/distance.ts";
import { probeStates, traceProbes } from "../observe/probes/index.ts";
import type { Layout } from "../observe/probes/outputs.ts";
import { type ProbePlan, planProbes } from "../observe/probes/plan.ts";
import type { SeenStep } from "../observe/probes/probe.ts";
import { globalNorm } from "../optim/clip.ts";
import { initOptimizer, type OptimizerState } from "../optim/update.ts";
import type { Module, Program } from "../plan/module.ts";
import { type ProgramResult, type Tensors, type Types, traceProgram } from "../run/program.ts";
import { randomKey } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import { flatten } from "../trace/tree.ts";
import { alone, sharesOf } from "./shares.ts";
import { evaluate, type Mark, rateOf, type StepSettings, type TrainedState, trainStep } from "./step.ts";

export interface ModuleSettings extends StepSettings {
  /** Steps over the rows that are in the machine at a time. */
  readonly stepsPerBlock: number;
  /** Names of the columns of x. */
  readonly features?: readonly string[] | undefined;
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
  /** Names of the states that steps change. */
  readonly changing: readonly string[];
  /** Those of them that probes keep from one observed step to the next. */
  readonly probed: readonly string[];
  /** Puts variables together again from values by name. */
  rebuild(read: (name: string) => Tensor): Variables;
  /** The same with the optimizer's state. */
  rebuildState(read: (name: string) => Tensor): Variables & { readonly optimizer: OptimizerState };
  /** What the program "observe" gives, and where in its outputs. */
  readonly probes: ProbePlan;
  readonly layout: Layout;
  /** How to read the graphs of "observe" and of the evaluation programs, by program. */
  readonly readable: Readonly<Record<string, ReadableStep>>;
  /** ‖θ₀‖, of the parameters before the first step. */
  readonly initialNorm: number;
  readonly parameterCount: number;
  /** This rank's rows of each pass of a step; undefined where a step is one pass over all of its rows. */
  readonly shares: readonly RowShare[] | undefined;
}

/** Rows evaluated at once, of `rows` that so many ranks share. */
export const evaluatedAtOnce = (rows: number, ranks: number): number => Math.min(1024, Math.ceil(rows / ranks));

/** How many rows the programs evaluate that read a split: "validation" a whole chunk, "validationRest" what is left over. */
function evaluations(name: string, rows: number, ranks: number): [program: string, rows: number][] {
  const chunk = evaluatedAtOnce(rows, ranks);
  const rest = rows % chunk;
  return [[name, chunk], ...(rest > 0 ? [[`${name}Rest`, rest] as [string, number]] : [])];
}

/** The states that hold the rows of splits. */
const statesOf = (splits: readonly { readonly name: string; readonly types: SplitTypes }[]): Types =>
  Object.fromEntries(
    splits.flatMap(({ name, types }) => [
      [`${name}.x`, types.x],
      [`${name}.y`, types.y],
    ]),
  );

/**
 * Programs: "step" trains on the next batch; "observe" does the same and gives what the probes see; "distance" and "rate"
 * are asked for between steps; "train", "trainRest", "validation", "validationRest" evaluate rows of a split. `giveWay` is
 * awaited between them.
 */
export async function trainingModule(
  settings: ModuleSettings,
  variables: Variables,
  train: SplitTypes,
  validation: SplitTypes | undefined,
  giveWay: () => Promise<void> = async () => {},
): Promise<TrainingModule> {
  const { float } = settings;
  const start: TrainedState = { ...variables, optimizer: initOptimizer(settings.optimizer, variables.parameters) };
  const flat = flatten(start);
  const own = flatten(variables);
  const parameters = flatten(variables.parameters);
  const trained = Object.fromEntries(
    flat.paths.map((path, i) => [path, { shape: flat.leaves[i]!.shape, dtype: float }]),
  );
  const counters = countersOf(settings);
  const splits = Object.entries({ train, validation }).flatMap(([name, types]) => (types ? [{ name, types }] : []));
  const data = statesOf(splits);
  const { batchSize, accumulate = 1, place = alone } = settings;
  const shares = sharesOf(batchSize, accumulate, place);
  const probes = probesOf(settings, variables, train.x, shares?.[0]);
  const [seen, distance] = [probeStates(probes, float), distanceStates(probes, float)];
  const stepState = { ...trained, ...counters, "train.x": train.x, "train.y": train.y };
  let layout: Layout | undefined;
  const parts: Record<string, Part> = {
    step: { state: stepState, trace: (state) => trainStep(settings, flat, state, undefined) },
    distance: { state: { ...trained, ...distance }, trace: (state) => ({ outputs: traceDistance(probes, state) }) },
    // The rate of any step, as the machine rounds it.
    rate: {
      state: { rateScale: counters.rateScale!, rateShift: counters.rateShift! },
      inputs: { at: counters.step! },
      trace: (state, { at }) => ({ outputs: { rate: rateOf(settings, state, at!) } }),
    },
    observe: {
      state: { ...stepState, ...seen },
      trace: (state, _, mark) =>
        trainStep(settings, flat, state, (step) => {
          markSections(step, probes, mark);
          const probed = traceProbes(probes, state, step);
          layout = probed.layout;
          return probed;
        }),
      isReadable: true,
    },
  };
  for (const { name, types } of splits) {
    const [x, y] = [`${name}.x`, `${name}.y`];
    for (const [program, count] of evaluations(name, types.x.shape[0]!, place.size)) {
      parts[program] = {
        state: { ...trained, [x]: types.x, [y]: types.y },
        inputs: { rows: { shape: [count], dtype: "int32" } },
        trace: (state, { rows }, mark) =>
          evaluate(settings, flat, state, { x: state[x]!, y: state[y]!, rows: rows! }, mark),
        isReadable: true,
      };
    }
  }
  const { programs, readable } = await traced(parts, float, giveWay);
  return {
    module: { state: { ...trained, ...counters, ...distance, ...seen, ...data }, programs },
    changing: [trained, counters, seen].flatMap((types) => Object.keys(types)),
    probed: Object.keys(seen),
    initial: new Map(flat.paths.map((path, i) => [path, flat.leaves[i]!])),
    rebuild: (read) => own.rebuild(own.paths.map(read)) as Variables,
    rebuildState: (read) => flat.rebuild(flat.paths.map(read)) as TrainedState,
    probes,
    layout: layout!,
    readable,
    initialNorm: globalNorm(parameters.leaves).item(),
    parameterCount: parameters.leaves.reduce((sum, leaf) => sum + leaf.size, 0),
    shares,
  };
}

/** Probes of the rows that this process sees of a step, of its first pass. */
function probesOf(
  settings: ModuleSettings,
  variables: Variables,
  x: TensorType,
  share: RowShare | undefined,
): ProbePlan {
  const { model, batchSize, features } = settings;
  const { paths, leaves } = flatten(variables.parameters);
  const seen: TensorType = { ...x, shape: [share?.rows ?? batchSize, ...x.shape.slice(1)] };
  return planProbes(
    chainOf(model),
    valueShapes(model, variables, seen, share),
    paths.map((name, i) => ({ name, shape: leaves[i]!.shape })),
    seen,
    features,
    batchSize,
  );
}

/** A program before it is traced. */
interface Part {
  readonly state: Types;
  readonly inputs?: Types;
  trace(state: Tensors, inputs: Tensors, mark: Mark): ProgramResult;
  /** Whether numbers are traced back through its graph. */
  readonly isReadable?: boolean;
}

/** The programs, traced one after the other, and how to read those that are read. */
async function traced(
  parts: Readonly<Record<string, Part>>,
  float: FloatDType,
  giveWay: () => Promise<void>,
): Promise<{ programs: Record<string, Program>; readable: Record<string, ReadableStep> }> {
  const programs: Record<string, Program> = {};
  const readable: Record<string, ReadableStep> = {};
  for (const [name, { state, inputs = {}, trace, isReadable }] of Object.entries(parts)) {
    const sections = new Map<NodeId, Section>();
    const mark: Mark = (tensor, section) => sections.set(tensor.symbolic!.value.id, section);
    const program = traceProgram(state, inputs, (s, i) => trace(s, i, mark), float);
    programs[name] = program;
    if (isReadable)
      readable[name] = { graph: program.graph, sections, inputs: [...Object.keys(state), ...Object.keys(inputs)] };
    await giveWay();
  }
  return { programs, readable };
}

function markSections({ loss, values, gradients, slopes, updated }: SeenStep, plan: ProbePlan, mark: Mark): void {
  for (const { name, input } of plan.chain) {
    mark(values[name]!, { where: "forward", layer: name });
    // The gradient of a layer's input is made on the way back through the layer.
    if (input !== undefined) mark(gradients[input]!, { where: "backward", layer: name });
  }
  mark(loss, { where: "forward" });
  for (const { name } of plan.parameters) {
    mark(slopes[name]!, { where: "backward", layer: parentPath(name) });
    mark(updated[name]!, { where: "update", layer: parentPath(name) });
  }
}

const countersOf = ({ stepsPerBlock, batchSize, float }: ModuleSettings): Types => ({
  step: { shape: [], dtype: "int32" },
  key: { shape: [4], dtype: "int32" },
  // Rows of the epoch's batches, one after the other, and how many are done.
  order: { shape: [stepsPerBlock * batchSize], dtype: "int32" },
  cursor: { shape: [], dtype: "int32" },
  lossSum: { shape: [], dtype: float },
  // First step whose loss was not finite; −1 while there is none.
  failedAt: { shape: [], dtype: "int32" },
  // The rate is the schedule's times the scale, plus the shift.
  rateScale: { shape: [], dtype: float },
  rateShift: { shape: [], dtype: float },
});

/** Shapes of the float values of a training pass over a batch, by their names. */
function valueShapes(
  model: Layer,
  variables: Variables,
  batch: TensorType,
  share: RowShare | undefined,
): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const record = (name: string, value: Tensor): Tensor => {
    if (isFloat(value.dtype)) shapes.set(name, value.shape);
    return value;
  };
  trace([{ ...batch, name: "x" }], ([x]) => [applyTraining(model, variables, x!, randomKey(0), record, share).y]);
  return shapes;
}
