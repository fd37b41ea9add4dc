// The probes: what an observed step computes beside the step itself, and the observation that is read from it.
import type { FloatDType } from "../../ir/dtype.ts";
import type { Tensors, Types } from "../../run/program.ts";
import { sketch } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { ledgerOf } from "../ledger.ts";
import type { Observation } from "../observation.ts";
import { clippingProbe } from "./clipping.ts";
import { inputsProbe } from "./inputs.ts";
import { layersOf } from "./layers.ts";
import { lineProbe } from "./line.ts";
import { noiseProbe } from "./noise.ts";
import { type Layout, type ProbeOutputs, packSeries } from "./outputs.ts";
import { parametersProbe } from "./parameters.ts";
import type { ProbePlan } from "./plan.ts";
import type { Probe, ProbeContext, ProbedStep, SeenStep } from "./probe.ts";
import { learningRateProbe, lossProbe } from "./scalars.ts";
import { unitsProbe } from "./units.ts";
import { valuesProbe } from "./values.ts";

/** Fields of an observation that follow from others, or from the training. */
type Derived = "step" | "layers" | "ledger" | "distance";

const table: { readonly [K in Exclude<keyof Observation, Derived>]-?: Probe<K> } = {
  loss: lossProbe,
  learningRate: learningRateProbe,
  values: valuesProbe,
  inputs: inputsProbe,
  units: unitsProbe,
  noise: noiseProbe,
  line: lineProbe,
  clipping: clippingProbe,
  parameters: parametersProbe,
};
const probes = Object.values(table);

/** All entries as one object. */
const joined = <T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part ?? {})));

/** State that the probes keep from one observed step to the next. */
export const probeStates = (plan: ProbePlan, dtype: FloatDType): Types =>
  joined(probes.map((probe) => probe.states?.(plan, dtype)));

export interface Probed {
  readonly state: Tensors;
  readonly outputs: Tensors;
  /** How to read the outputs. */
  readonly layout: Layout;
}

/** Adds the probes to the graph of a step. */
export function traceProbes(plan: ProbePlan, state: Tensors, seen: SeenStep): Probed {
  const { parameters, updated } = seen;
  const step: ProbedStep = {
    ...seen,
    plan,
    state,
    sketch: once(sketch),
    update: once((path) => updated[path]!.sub(parameters[path]!)),
  };
  const traced = probes.map((probe) => probe.trace(step));
  return {
    state: joined(traced.map((one) => one.state)),
    ...packSeries(joined(traced.map((one) => one.outputs))),
  };
}

function once<K>(compute: (key: K) => Tensor): (key: K) => Tensor {
  const computed = new Map<K, Tensor>();
  return (key) => {
    const value = computed.get(key) ?? compute(key);
    computed.set(key, value);
    return value;
  };
}

/** `distance`: ‖θ − θ₀‖ / ‖θ₀‖. */
export function readProbes(
  plan: ProbePlan,
  outputs: ProbeOutputs,
  context: ProbeContext & { readonly distance: number },
): Observation {
  const read = <K extends keyof typeof table>(name: K): Observation[K] =>
    (table[name] as Probe<K>).read(outputs, plan, context);
  const values = read("values");
  const parameters = read("parameters");
  const layers = layersOf(parameters);
  const rmsOf = new Map(layers.map(({ name, gradientRms }) => [name, gradientRms]));
  const inputs = read("inputs");
  const noise = read("noise");
  const line = read("line");
  return {
    step: context.step,
    loss: read("loss"),
    learningRate: read("learningRate"),
    layers,
    ledger: ledgerOf(
      plan.chain,
      values.map(({ gradient: { rms, size } }) => ({ rms, size })),
      (layer) => rmsOf.get(layer) ?? 0,
    ),
    values,
    ...(inputs && { inputs }),
    units: read("units"),
    parameters,
    ...(noise && { noise }),
    ...(line && { line }),
    distance: context.distance,
    clipping: read("clipping"),
  };
}
