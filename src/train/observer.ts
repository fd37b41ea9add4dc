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

export const initialParameters = ({ probes, initial }: TrainingModule): InitialParameter[] =>
  probes.parameters.map(({ name, shape }) => {
    const value = initial.get(`parameters.${name}`)!;
    const layer = probes.chain.find((point) => point.name === parentPath(name) && point.layer !== undefined)?.made;
    return { name, ...(layer && { layer }), shape, value: readSketch(sketch(value).data, 0, value.size) };
  });
