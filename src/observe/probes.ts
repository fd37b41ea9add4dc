// What an observed step computes beside the step itself: sketches and sums of fixed size, as part of its graph.
import type { FloatDType } from "../ir/dtype.ts";
import { type Shape, sizeOf } from "../ir/shape.ts";
import type { ActivationName } from "../nn/activation.ts";
import type { Activation, Dense } from "../nn/layer.ts";
import { childPath } from "../nn/model.ts";
import { sketchLayout } from "../ops/sketch.ts";
import type { Tensors, Types } from "../run/program.ts";
import { concat, sketch, stack, where, zeros } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { LayerPoint } from "./chain.ts";
import { hasSlopes, isBounded, slopes, unitsOf } from "./units.ts";

/** A unit is dead when it was so in this many observed batches, one after the other. */
const deadAfter = 6;

/** Shapes and names of what is probed: how to read the outputs of an observed step. */
export interface ProbePlan {
  readonly chain: readonly LayerPoint[];
  /** Elements of each value of the chain. */
  readonly valueSizes: readonly number[];
  /** The chain's points that are activations with slopes: their indices and numbers of units. */
  readonly activations: readonly {
    readonly at: number;
    readonly activation: ActivationName;
    readonly bounded: boolean;
    readonly units: number;
  }[];
  /** Indices of the chain's points that are dense layers. */
  readonly dense: readonly number[];
  readonly batch: number;
  readonly parameters: readonly ProbedParameter[];
}

export interface ProbedParameter {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  /** Whether it belongs to one of the dense layers. */
  readonly isDense: boolean;
}

/** One step's values, by which the probes are made. */
export interface ProbedStep {
  readonly x: Tensor;
  readonly loss: Tensor;
  readonly rate: Tensor;
  /** Values of the chain by name, and the loss's gradients by them. */
  readonly values: Tensors;
  readonly gradients: Tensors;
  /** Leaves of the parameter tree: before, ∂loss/∂each, the same after clipping, after the update. */
  readonly before: readonly Tensor[];
  readonly raw: readonly Tensor[];
  readonly clipped: readonly Tensor[];
  readonly after: readonly Tensor[];
}

export interface Probed {
  readonly state: Tensors;
  /** "sketches" [n, 72]: value and gradient of each point, then gradient and update of each parameter; "figures" [m]. */
  readonly outputs: Tensors;
}

/** Plans the probes of a model by the shapes that a pass gave its values; values of no floats have no gradients. */
export function planProbes(
  points: readonly LayerPoint[],
  shapes: ReadonlyMap<string, Shape>,
  parameters: readonly { readonly name: string; readonly shape: Shape }[],
  batch: number,
): ProbePlan {
  const chain = points.filter(({ name }) => shapes.has(name));
  const shapeOf = ({ name }: LayerPoint): Shape => shapes.get(name)!;
  const dense = chain.flatMap(({ made }, at) => (made === "dense" && shapeOf(chain[at]!).length === 2 ? [at] : []));
  const own = new Set(dense.flatMap((at) => ["weight", "bias"].map((part) => childPath(chain[at]!.name, part))));
  return {
    chain,
    valueSizes: chain.map((point) => sizeOf(shapeOf(point))),
    activations: chain.flatMap((point, at) => {
      const { layer } = point;
      if (layer?.kind !== "activation" || !hasSlopes(layer)) return [];
      return [{ at, activation: layer.name, bounded: isBounded(layer), units: unitsOf(shapeOf(point)) }];
    }),
    dense,
    batch,
    parameters: parameters.map(({ name, shape }) => ({ name, shape, size: sizeOf(shape), isDense: own.has(name) })),
  };
}

/** State that the probes keep from one observed step to the next. */
export function probeStates(plan: ProbePlan, dtype: FloatDType): Types {
  const parameters = plan.parameters.flatMap(({ name, shape }) => [
    [`probe.initial.${name}`, { shape, dtype }] as const,
    [`probe.update.${name}`, { shape, dtype }] as const,
  ]);
  const units = plan.activations.map(
    ({ at, units }) => [`probe.dead.${plan.chain[at]!.name}`, { shape: [units], dtype }] as const,
  );
  return Object.fromEntries([...parameters, ...units, ["probe.slope", { shape: [], dtype }]]);
}

export function probe(plan: ProbePlan, state: Tensors, step: ProbedStep): Probed {
  const { chain, activations, dense, parameters } = plan;
  const valueAt = (at: number): Tensor => (at < 0 ? step.x : step.values[chain[at]!.name]!);
  const gradientAt = (at: number): Tensor => step.gradients[chain[at]!.name]!;
  const next: Record<string, Tensor> = {};

  const points = chain.map((_, at) => ({ value: sketch(valueAt(at)), gradient: sketch(gradientAt(at)) }));
  const spreads = chain.map((_, at) => deviation(valueAt(at)));
  const units = activations.flatMap(({ at }) => {
    const name = `probe.dead.${chain[at]!.name}`;
    const { saturated, alive } = slopes(chain[at]!.layer as Activation, valueAt(at - 1));
    const batches = where(alive.greater(0), 0, state[name]!.add(1));
    next[name] = batches;
    return [saturated, where(batches.greaterEqual(deadAfter), 1, 0).mean()];
  });
  const noise = dense.flatMap((at) => {
    const delta = gradientAt(at);
    const scale = largest(points[at]!.gradient);
    const inputs = valueAt(at - 1);
    const bias = (chain[at]!.layer as Dense).bias ? 1 : 0;
    const scaled = delta.div(scale);
    const rows = rowDots(scaled, scaled).mul(rowDots(inputs, inputs).add(bias));
    return [scale, rows.sum()];
  });

  const updates = step.after.map((after, i) => after.sub(step.before[i]!));
  parameters.forEach(({ name }, i) => {
    next[`probe.update.${name}`] = updates[i]!;
  });
  const slope = total(step.raw, updates);
  next["probe.slope"] = slope;
  const line = [
    state["probe.slope"]!,
    total(
      step.raw,
      parameters.map(({ name }) => state[`probe.update.${name}`]!),
    ),
  ];
  const clipping = step.clipped.map((value, i) => (value === step.raw[i] ? undefined : sketch(value)));
  const weights = parameters.map((_, i) => [sketch(step.raw[i]!), sketch(updates[i]!)] as const);
  const squares = step.before.map((value) => dot(value, value));
  const figures = [step.loss, step.rate, ...line, ...spreads, ...units, ...noise, ...squares];
  return {
    state: next,
    outputs: {
      sketches: stack([
        ...points.flatMap(({ value, gradient }) => [value, gradient]),
        ...weights.flat(),
        ...clipping.flatMap((one) => one ?? []),
      ]),
      figures: concat(figures.map((figure) => figure.reshape([1]))),
    },
  };
}

/** ‖θ − θ₀‖²: it changes little from step to step, and is asked for less often than the rest. */
export function probeDistance({ parameters }: ProbePlan, state: Tensors): Tensors {
  const moved = parameters.map(({ name }) => state[`parameters.${name}`]!.sub(state[`probe.initial.${name}`]!));
  return { distance: total(moved, moved) };
}

/** Largest |x| by a sketch of x, or 1 where all are 0: divided by it, squares of tiny numbers do not vanish in float32. */
function largest(sketched: Tensor): Tensor {
  const at = (index: number): Tensor => sketched.slice([index], [index + 1]).abs();
  const most = at(sketchLayout.min).maximum(at(sketchLayout.max)).reshape([]);
  return where(most.greater(0), most, 1);
}

/** mean (x − mean over the batch)²; 0 for one row. */
function deviation(x: Tensor): Tensor {
  if (x.size === 0) return zeros([]);
  return x
    .sub(x.mean(0, { keepDims: true }))
    .square()
    .mean();
}

/** Parts of a sum of products, at most: enough for any number of threads to share. */
const mostParts = 16;

/** Σ x y, by the machine's dot products: nothing as large as x is written. */
function dot(x: Tensor, y: Tensor): Tensor {
  if (x.size === 0) return zeros([]);
  let parts = mostParts;
  while (x.size % parts !== 0) parts--;
  return rowDots(x.reshape([parts, x.size / parts]), y.reshape([parts, x.size / parts])).sum();
}

/** Σ x y over the columns of [rows, columns]: [rows]. */
function rowDots(x: Tensor, y: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number];
  return x
    .reshape([rows, 1, columns])
    .matmul(y.reshape([rows, columns, 1]))
    .reshape([rows]);
}

const total = (x: readonly Tensor[], y: readonly Tensor[]): Tensor =>
  x.map((part, i) => dot(part, y[i]!)).reduce((a, b) => a.add(b), zeros([]));
