// A question that is asked again and again as the training goes on: once at a time, and for a small share of the time.
import type { LabStore } from "./store.ts";

export interface AskingPace {
  /** Milliseconds between an answer and the next question at least, while it plays. */
  readonly pause?: number;
  /** Of the time while it plays that goes into waiting for answers, at most. */
  readonly share?: number;
}

export class Asking {
  readonly #store: LabStore;
  readonly #ask: () => Promise<void>;
  readonly #pause: number;
  readonly #share: number;
  #due = 0;
  #isAsked = false;
  /** Something was new while the last answer was under way. */
  #isStale = false;
  /** What is asked was other since then. */
  #isOther = false;

  /** `ask` takes its answer itself; what it throws is told in the page. */
  constructor(store: LabStore, ask: () => Promise<void>, { pause = 100, share = 0.1 }: AskingPace = {}) {
    this.#store = store;
    this.#ask = ask;
    this.#pause = pause;
    this.#share = share;
  }

  /** The training may have gone on. */
  look(): void {
    if (this.#isAsked) this.#isStale = true;
    else if (performance.now() >= this.#due || !this.#store.read().isPlaying) void this.#go();
  }

  /** What is asked is another thing now: it is asked at once, or as soon as the answer under way is there. */
  again(): void {
    if (this.#isAsked) this.#isOther = true;
    else void this.#go();
  }

  async #go(): Promise<void> {
    if (this.#store.read().training === undefined) return;
    const began = performance.now();
    this.#isAsked = true;
    this.#isStale = false;
    this.#isOther = false;
    try {
      await this.#ask();
    } catch (error) {
      this.#store.tell(error);
    }
    const now = performance.now();
    this.#isAsked = false;
    this.#due = now + Math.max(this.#pause, (now - began) / this.#share);
    // Where it holds no frame will come: the last one has its answer.
    if (this.#isOther || (this.#isStale && !this.#store.read().isPlaying)) void this.#go();
  }
}
