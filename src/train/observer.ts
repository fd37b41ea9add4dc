// Reads an observed step's outputs after it ran, and calls the hooks that watch.
import { parentPath } from "../nn/layer.ts";
import type { Hooks } from "../observe/hooks.ts";
import type { InitialParameter, LayerStatistics, Observation } from "../observe/observation.ts";
import { readProbes } from "../observe/probes/index.ts";
import { ProbeOutputs } from "../observe/probes/outputs.ts";
import { readSketch } from "../observe/sketch.ts";
import type { Session } from "../run/session.ts";
import { sketch } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingModule } from "./training-module.ts";

export interface ObserverState {
  /** The step that was observed last; 0 before. */
  last: number;
  /** Layers' figures as last reported, the step they are of, and that of those which the last epoch's event told. */
  layers: readonly LayerStatistics[];
  reported: number;
  told: number;
  /** ‖θ − θ₀‖ / ‖θ₀‖, and after which step it was measured; −1 before. */
  distance: number;
  measuredAt: number;
  /** Losses of the last reported steps, by step. */
  readonly losses: Map<number, number>;
}

export const observerState = (): ObserverState => ({
  last: 0,
  layers: [],
  reported: 0,
  told: 0,
  distance: 0,
  measuredAt: -1,
  losses: new Map(),
});

/** The distance is measured anew after so many steps. */
const distanceEvery = 10;

export class Observer {
  readonly #session: Session;
  readonly #training: TrainingModule;
  readonly #hooks: Hooks;
  readonly #state: ObserverState;

  constructor(session: Session, training: TrainingModule, hooks: Hooks = {}, state: ObserverState) {
    this.#session = session;
    this.#training = training;
    this.#hooks = hooks;
    this.#state = state;
  }

  /** Of the step that was done as the `step`-th, just now; `follows`: the one before it was observed, too. */
  report(step: number, follows: boolean): Observation {
    const state = this.#state;
    const session = this.#session;
    const { outputs } = session.plan.programs.observe!;
    const read = (name: string): Tensor => Tensor.concrete(session.output("observe", name), outputs[name]!.shape);
    for (const [name, { watch }] of Object.entries(this.#hooks)) {
      if (`watched.${name}` in outputs) watch?.(read(`watched.${name}`), read(`watchedGradient.${name}`), step);
    }
    const { probes, layout } = this.#training;
    const seen = new ProbeOutputs(layout, {
      sketches: session.output("observe", "sketches"),
      figures: session.output("observe", "figures"),
    });
    if (state.measuredAt < 0 || step - state.measuredAt >= distanceEvery) {
      session.run("distance");
      state.distance = Math.sqrt(session.output("distance", "square")[0]!) / (this.#training.initialNorm || 1);
      state.measuredAt = step;
    }
    const { distance } = state;
    const observation = readProbes(probes, seen, { step, follows, distance });
    state.layers = observation.layers;
    state.reported = step;
    state.losses.set(step, observation.loss);
    return observation;
  }

  /** Leaves out the losses of steps before `step`. */
  forget(step: number): void {
    for (const at of this.#state.losses.keys()) {
      if (at >= step) return;
      this.#state.losses.delete(at);
    }
  }
}

export const initialParameters = ({ probes, initial }: TrainingModule): InitialParameter[] => {
  const weights = probes.parameters.filter(({ shape }) => shape.length === 2);
  return probes.parameters.map(({ name, shape }) => {
    const value = initial.get(`parameters.${name}`)!;
    const layer = probes.chain.find((point) => point.name === parentPath(name) && point.layer !== undefined)?.made;
    const next = weights[weights.findIndex((one) => one.name === name) + 1];
    const isFollowed = next !== undefined && shape.length === 2 && next.shape[0] === shape[1];
    const bias = initial.get(`parameters.${parentPath(name)}.bias`);
    const alikeUnits = isFollowed ? alike(value, bias, initial.get(`parameters.${next.name}`)!) : 0;
    return {
      ...{ name, ...(layer && { layer }), shape, value: readSketch(sketch(value).data, 0, value.size) },
      ...(alikeUnits > 0 && { alikeUnits }),
    };
  });
};

/**
 * Units of weights [inputs, units], biases [units] and weights [units, outputs] that compute and learn the same as another. They are compared by a sum
 * of what they have with factors of no pattern, which is the same to the bit where all of it is.
 */
function alike(going: Tensor, bias: Tensor | undefined, out: Tensor): number {
  const [inputs, units] = going.shape as [number, number];
  const outputs = out.shape[1]!;
  const sums = Float64Array.from({ length: units }, (_, u) => bias?.data[u] ?? 0);
  for (let i = 0; i < inputs; i++) {
    const factor = Math.sin(i + 1);
    for (let u = 0; u < units; u++) sums[u]! += going.data[i * units + u]! * factor;
  }
  for (let o = 0; o < outputs; o++) {
    const factor = Math.cos(o + 1);
    for (let u = 0; u < units; u++) sums[u]! += out.data[u * outputs + o]! * factor;
  }
  return units - new Set(sums).size;
}
