// The verdicts on the training that is open, as far as it is: asked for now and then while it goes on, and where it stands still.
import type { LabDiagnosis } from "../training/diagnosis.ts";
import type { LabStore } from "./store.ts";

/** Milliseconds between two looks while it goes on, and ten times what the last one took. */
const pause = 1000;

export class Verdicts {
  readonly #store: LabStore;
  readonly #listeners = new Set<() => void>();
  #diagnosis: LabDiagnosis | undefined;
  #generation = -1;
  #interventions: unknown;
  #due = 0;
  #isAsked = false;

  constructor(store: LabStore) {
    this.#store = store;
    store.frames.subscribe(() => this.#consider());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Undefined where nothing was said of this training yet. */
  readonly read = (): LabDiagnosis | undefined => this.#diagnosis;

  #consider(): void {
    const { isPlaying, generation, training, state } = this.#store.read();
    const { step } = this.#store.frames;
    if (generation !== this.#generation) this.#say(undefined, generation);
    // A lesson is what it is, and nothing is known of a training before its first step.
    const isAsleep = step === 0 || training === undefined || (training.isLesson && !this.#store.isFailed);
    if (isAsleep) {
      if (this.#diagnosis !== undefined) this.#say(undefined, generation);
      return;
    }
    const isSame = this.#diagnosis?.step === step && this.#interventions === state.interventions;
    if (isSame || this.#isAsked || (isPlaying && performance.now() < this.#due)) return;
    void this.#ask(generation);
  }

  async #ask(generation: number): Promise<void> {
    this.#isAsked = true;
    const { recipe, client } = this.#store;
    const began = performance.now();
    try {
      const diagnosis = await client.ask((service) => service.diagnosis(recipe));
      if (this.#store.read().generation === generation) {
        this.#interventions = recipe.interventions;
        this.#say(diagnosis, generation);
      }
    } catch (error) {
      // Asked again at once it would answer the same.
      return this.#store.tell(error);
    } finally {
      const now = performance.now();
      this.#due = now + Math.max(pause, 10 * (now - began));
      this.#isAsked = false;
    }
    // It may have come to rest meanwhile.
    if (!this.#store.read().isPlaying) this.#consider();
  }

  #say(diagnosis: LabDiagnosis | undefined, generation: number): void {
    this.#diagnosis = diagnosis;
    this.#generation = generation;
    for (const listener of this.#listeners) listener();
  }
}
