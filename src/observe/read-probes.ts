// From the outputs of an observed step to an observation: the machine's figures under their names.
import type { TypedArray } from "../ir/dtype.ts";
import { parentPath } from "../nn/model.ts";
import { sketchLayout } from "../ops/sketch.ts";
import { ledgerOf } from "./ledger.ts";
import type { LayerStatistics, LineProbe, NoiseProbe, Observation, ParameterProbe, ValueProbe } from "./observation.ts";
import type { ProbePlan } from "./probes.ts";
import { readSketch, type Sketch } from "./sketch.ts";

export interface ProbeOutputs {
  readonly sketches: TypedArray;
  readonly figures: TypedArray;
}

/** What the outputs do not tell. */
export interface ProbeContext {
  readonly step: number;
  /** Whether the step before was observed too: only then is the line along its update known. */
  readonly follows: boolean;
  /** ‖θ − θ₀‖ / ‖θ₀‖ */
  readonly distance: number;
}

export function readProbes(plan: ProbePlan, { sketches, figures }: ProbeOutputs, context: ProbeContext): Observation {
  let at = 0;
  const sketch = (size: number): Sketch => readSketch(sketches, sketchLayout.length * at++, size);
  let figure = 0;
  const next = (): number => figures[figure++]!;

  const points = plan.valueSizes.map((size) => ({ value: sketch(size), gradient: sketch(size) }));
  const sketched = plan.parameters.map(({ size }) => ({ size, gradient: sketch(size), update: sketch(size) }));
  const gradientNorm = norm(sketched.map(({ gradient }) => gradient));
  const isClipped = at * sketchLayout.length < sketches.length;
  const clipped = isClipped ? norm(plan.parameters.map(({ size }) => sketch(size))) : gradientNorm;

  const loss = next();
  // 0.01, where float32 has 0.009999999776.
  const learningRate = Number(next().toPrecision(7));
  const line = lineOf(next(), next());
  const values: ValueProbe[] = plan.chain.map(({ name, made }, i) => {
    const { value, gradient } = points[i]!;
    const deviation = Math.sqrt(next());
    return { name, made, value, gradient, spread: value.rms === 0 ? 0 : deviation / value.rms };
  });
  const units = plan.activations.map(({ at: i, ...activation }) => ({
    name: plan.chain[i]!.name,
    ...activation,
    saturated: next(),
    dead: next(),
  }));
  const squares = plan.dense.map(() => next() ** 2 * next());
  const parameters: ParameterProbe[] = plan.parameters.map(({ name }, i) => {
    const { size, ...sketches } = sketched[i]!;
    return { name, size, rms: size === 0 ? 0 : Math.sqrt(next() / size), ...sketches };
  });
  const noise = noiseOf(plan, parameters, squares);

  const layers = layersOf(parameters);
  const rmsOf = new Map(layers.map(({ name, gradientRms }) => [name, gradientRms]));
  const sizes = plan.valueSizes;
  return {
    step: context.step,
    loss,
    learningRate,
    layers,
    ledger: ledgerOf(
      plan.chain,
      points.map(({ gradient }, i) => ({ rms: gradient.rms, size: sizes[i]! })),
      (layer) => rmsOf.get(layer) ?? 0,
    ),
    values,
    units,
    parameters,
    ...(noise && { noise }),
    ...(context.follows && line && { line }),
    distance: context.distance,
    clipping: gradientNorm === 0 ? 1 : clipped / gradientNorm,
  };
}

/** √ Σ x² over tensors. */
const norm = (all: readonly { readonly rms: number; readonly size: number }[]): number =>
  Math.sqrt(all.reduce((sum, { rms, size }) => sum + rms ** 2 * size, 0));

/** Parameters that share a path up to their own name: "layers.0.weight" and "layers.0.bias" are layer "layers.0". */
function layersOf(parameters: readonly ParameterProbe[]): LayerStatistics[] {
  const groups = new Map<string, ParameterProbe[]>();
  for (const parameter of parameters) {
    const name = parentPath(parameter.name);
    groups.set(name, [...(groups.get(name) ?? []), parameter]);
  }
  return [...groups].map(([name, group]) => {
    const size = group.reduce((sum, parameter) => sum + parameter.size, 0);
    const length = norm(group);
    return {
      name,
      gradientRms: size === 0 ? 0 : norm(group.map(({ gradient }) => gradient)) / Math.sqrt(size),
      updateRatio: length === 0 ? 0 : norm(group.map(({ update }) => update)) / length,
    };
  });
}

function lineOf(before: number, after: number): LineProbe | undefined {
  return before === 0 ? undefined : { before, after, alpha: -after / before };
}

/** `squares`: Σ over rows of ‖δ‖² (‖a‖² + 1), one entry a dense layer, of rows' shares in the batch's gradient. */
function noiseOf(
  plan: ProbePlan,
  parameters: readonly ParameterProbe[],
  squares: readonly number[],
): NoiseProbe | undefined {
  const { dense, batch } = plan;
  if (dense.length === 0 || batch < 2) return undefined;
  const gradient = norm(parameters.filter((_, i) => plan.parameters[i]!.isDense).map((one) => one.gradient)) ** 2;
  if (gradient === 0) return undefined;
  const shares = squares.reduce((a, b) => a + b, 0);
  // A row's gradient is batch × its share: Σ ‖gₙ − g‖² = batch² Σ ‖shareₙ‖² − batch ‖g‖².
  const ratio = ((batch * shares) / gradient - 1) / (batch - 1);
  return { batch, examples: batch * shares, gradient, ratio: Math.max(0, ratio) };
}
