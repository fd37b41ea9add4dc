// The verdicts on the training that is open, as far as it is: asked for now and then while it goes on, and where it stands still.
import type { LabDiagnosis } from "../training/diagnosis.ts";
import { Asking } from "./asking.ts";
import type { LabStore } from "./store.ts";

export class Verdicts {
  readonly #store: LabStore;
  readonly #listeners = new Set<() => void>();
  #diagnosis: LabDiagnosis | undefined;
  #generation = -1;
  #interventions: unknown;
  readonly #asking: Asking;

  constructor(store: LabStore) {
    this.#store = store;
    this.#asking = new Asking(store, () => this.#ask(), { pause: 1000 });
    store.frames.subscribe(() => this.#consider());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Undefined where nothing was said of this training yet. */
  readonly read = (): LabDiagnosis | undefined => this.#diagnosis;

  #consider(): void {
    const { generation, training, state } = this.#store.read();
    const { step } = this.#store.frames;
    if (generation !== this.#generation) this.#say(undefined, generation);
    // A lesson is what it is, and nothing is known of a training before its first step.
    const isAsleep = step === 0 || training === undefined || (training.isLesson && !this.#store.isFailed);
    if (isAsleep) {
      if (this.#diagnosis !== undefined) this.#say(undefined, generation);
      return;
    }
    const isSame = this.#diagnosis?.step === step && this.#interventions === state.interventions;
    if (!isSame) this.#asking.look();
  }

  async #ask(): Promise<void> {
    const { recipe, client } = this.#store;
    const { generation } = this.#store.read();
    const diagnosis = await client.ask((service) => service.diagnosis(recipe));
    if (this.#store.read().generation !== generation) return;
    this.#interventions = recipe.interventions;
    this.#say(diagnosis, generation);
  }

  #say(diagnosis: LabDiagnosis | undefined, generation: number): void {
    this.#diagnosis = diagnosis;
    this.#generation = generation;
    for (const listener of this.#listeners) listener();
  }
}
