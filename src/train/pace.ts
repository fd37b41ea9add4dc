// Slices of work: long enough for the machine, short enough for timers, signals and eyes.

/** Milliseconds of work between two looks at the clock, the signal and the event loop. */
export const sliceMilliseconds = 30;

/** How many steps fit into a slice, learned from the ones that ran. */
export class SliceClock {
  #perStep = Number.POSITIVE_INFINITY;
  #began = performance.now();

  steps(): number {
    return Math.max(1, Math.floor(sliceMilliseconds / this.#perStep));
  }

  ran(steps: number, milliseconds: number): void {
    this.#perStep = Math.max(milliseconds / steps, 1e-4);
  }

  isUp(): boolean {
    return performance.now() - this.#began >= sliceMilliseconds;
  }

  restart(): void {
    this.#began = performance.now();
  }
}

/** Lets timers, signals and drawing have their turn. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
