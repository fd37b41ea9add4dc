// Copies of the weights that a training may have to go back to.
import type { TypedArray } from "../ir/dtype.ts";
import type { Variables } from "../nn/layer.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingModule } from "./training-module.ts";

export interface Copy {
  /** Steps done. */
  readonly step: number;
  /** By the name of the state, with the optimizer's. */
  readonly values: ReadonlyMap<string, TypedArray>;
}

export interface WeightsState {
  /** What the losses of later steps have shown to be good. */
  good: Copy;
  /** What was kept last: it has yet to be shown. */
  latest: Copy;
  best: Copy;
  /** Whether `best` was chosen by a validation loss. */
  isValidated: boolean;
}

export function allFinite(data: TypedArray): boolean {
  for (const value of data) if (!Number.isFinite(value)) return false;
  return true;
}

/** `values` are those before the first step. */
export function weightsState(values: Copy["values"]): WeightsState {
  const copy = { step: 0, values };
  return { good: copy, latest: copy, best: copy, isValidated: false };
}

/** Copies of the trained state. */
export const readTrained = (session: Session, { initial }: TrainingModule): Copy["values"] =>
  new Map([...initial.keys()].map((name) => [name, session.read(name)]));

export class Weights {
  readonly #session: Session;
  readonly #training: TrainingModule;
  readonly #state: WeightsState;

  constructor(session: Session, training: TrainingModule, state: WeightsState) {
    this.#session = session;
    this.#training = training;
    this.#state = state;
  }

  /** After steps whose losses were all finite: the copy before them was good. */
  keep(step: number): void {
    this.#state.good = this.#state.latest;
    this.#state.latest = { step, values: readTrained(this.#session, this.#training) };
  }

  /** Whether the weights that were kept last are finite; the optimizer's state may not be. */
  areFinite(): boolean {
    return [...this.latest.values].every(([name, data]) => name.startsWith("optimizer.") || allFinite(data));
  }

  /** The copy kept last. */
  get latest(): Copy {
    return this.#state.latest;
  }

  /** The weights kept last are the best so far. */
  choose(isValidated: boolean): void {
    this.#state.best = this.#state.latest;
    this.#state.isValidated = isValidated;
  }

  best(): Variables {
    return this.variables(this.#state.best.values);
  }

  /** What to go back to where a loss is not finite. */
  lastGood(): { readonly step: number; readonly variables: Variables } {
    const copy = this.#state.isValidated ? this.#state.best : this.#state.good;
    return { step: copy.step, variables: this.variables(copy.values) };
  }

  /** Variables of values by name. */
  variables(values: Copy["values"]): Variables {
    const { rebuild, initial } = this.#training;
    return rebuild((name) => Tensor.concrete(values.get(name)!, initial.get(name)!.shape));
  }
}
