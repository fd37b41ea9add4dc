// Slices of work: long enough for the machine, short enough for timers, signals and eyes.

/** Milliseconds of work between two looks at the clock, the signal and the event loop. */
const sliceMilliseconds = 30;

/** The time of this process: nothing of a training's result depends on it. */
export class SliceClock {
  #perStep = Number.POSITIVE_INFINITY;
  readonly #created = performance.now();
  #began = this.#created;
  #shown = this.#created;

  /** How many steps fit into a slice, learned from the ones that ran. */
  steps(): number {
    return Math.max(1, Math.floor(sliceMilliseconds / this.#perStep));
  }

  ran(steps: number, milliseconds: number): void {
    this.#perStep = Math.max(milliseconds / steps, 1e-4);
  }

  isUp(): boolean {
    return performance.now() - this.#began >= sliceMilliseconds;
  }

  /** Whether a slice is up and it is as long since this was true for the last time: not every slice is to be shown. */
  isToBeShown(): boolean {
    const now = performance.now();
    if (!this.isUp() || now - this.#shown < sliceMilliseconds) return false;
    this.#shown = now;
    return true;
  }

  /** Since the clock was made. */
  seconds(): number {
    return (performance.now() - this.#created) / 1000;
  }

  /** Where the slice is up, lets timers, signals and drawing have their turn. */
  async giveWay(): Promise<void> {
    if (!this.isUp()) return;
    await nextTurn();
    this.restart();
  }

  /** Begins a slice. */
  restart(): void {
    this.#began = performance.now();
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
