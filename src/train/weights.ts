// Copies of the weights that a training may have to go back to.
import type { TypedArray } from "../ir/dtype.ts";
import type { Variables } from "../nn/layer.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import type { TrainingModule } from "./step.ts";

export interface Copy {
  /** Steps done. */
  readonly step: number;
  readonly values: ReadonlyMap<string, Tensor>;
}

export function allFinite(data: TypedArray): boolean {
  for (const value of data) if (!Number.isFinite(value)) return false;
  return true;
}

export class Weights {
  readonly #session: Session;
  readonly #training: TrainingModule;
  /** What the losses of later steps have shown to be good, and what has yet to be shown. */
  #good: Copy;
  #latest: Copy;
  #best: Copy;
  /** Whether #best was chosen by a validation loss. */
  #validated = false;

  constructor(session: Session, training: TrainingModule) {
    this.#session = session;
    this.#training = training;
    this.#good = this.#latest = this.#best = this.#copy(0);
  }

  /** After steps whose losses were all finite: the copy before them was good. */
  keep(step: number): void {
    this.#good = this.#latest;
    this.#latest = this.#copy(step);
  }

  /** Whether the weights that were kept last are finite; the optimizer's state may not be. */
  areFinite(): boolean {
    return [...this.#latest.values].every(([name, { data }]) => name.startsWith("optimizer.") || allFinite(data));
  }

  /** The copy kept last, with the optimizer's state. */
  get latest(): Copy {
    return this.#latest;
  }

  /** The weights kept last are the best so far. */
  choose(validated: boolean): void {
    this.#best = this.#latest;
    this.#validated = validated;
  }

  best(): Variables {
    return this.#variables(this.#best);
  }

  /** What to go back to where a loss is not finite. */
  lastGood(): { readonly step: number; readonly variables: Variables } {
    const copy = this.#validated ? this.#best : this.#good;
    return { step: copy.step, variables: this.#variables(copy) };
  }

  /** Puts the best weights into the session. */
  restore(): void {
    for (const [name, value] of this.#best.values) this.#session.write(name, value.data);
  }

  #copy(step: number): Copy {
    const values = [...this.#training.initial].map(
      ([name, { shape }]) => [name, Tensor.concrete(this.#session.read(name), shape)] as const,
    );
    return { step, values: new Map(values) };
  }

  #variables({ values }: Copy): Variables {
    return this.#training.rebuild((name) => values.get(name)!);
  }
}
