// Slices of work: long enough for the machine, short enough for timers, signals and eyes.

/** Milliseconds of work between two looks at the clock, the signal and the event loop, where nothing else is asked for. */
const usual = 30;
/** Milliseconds of work that a thread does itself: to wake others, and to be woken by their message, takes up to half a millisecond. */
const short = 2;

/** The time of this process: nothing of a training's result depends on it. */
export class SliceClock {
  readonly #slice: number;
  #perStep = Number.POSITIVE_INFINITY;
  #created = performance.now();
  /** When the first slice ended, which has what is compiled and allocated once; and the steps since then. */
  #warm: number | undefined;
  #steps = 0;
  #began = this.#created;
  #shown = this.#created;

  constructor(milliseconds = usual) {
    this.#slice = milliseconds;
  }

  /** How many steps fit into a slice, learned from the ones that ran. */
  steps(): number {
    return Math.max(1, Math.floor(this.#slice / this.#perStep));
  }

  /** Whether so many steps take so little time that they may block. */
  isShort(steps: number): boolean {
    return steps * this.#perStep < short;
  }

  ran(steps: number, milliseconds: number): void {
    if (this.#warm === undefined) this.#warm = performance.now();
    else this.#steps += steps;
    this.#perStep = Math.max(milliseconds / steps, 1e-4);
  }

  isUp(): boolean {
    return performance.now() - this.#began >= this.#slice;
  }

  /**
   * Whether a slice is up and it is as long since this was true for the last time: not every slice is to be shown, and not the first, which
   * tells nothing of the pace.
   */
  isToBeShown(): boolean {
    const now = performance.now();
    if (this.#steps === 0 || !this.isUp() || now - this.#shown < this.#slice) return false;
    this.#shown = now;
    return true;
  }

  /** Since the clock was made, or of the training that goes on here. */
  get seconds(): number {
    return (performance.now() - this.#created) / 1000;
  }

  set seconds(seconds: number) {
    this.#created = performance.now() - seconds * 1000;
  }

  /** Seconds that a step took so far, evaluations between epochs among them; `step` are done. */
  secondsPerStep(step: number): number {
    return this.#steps > 0 ? (performance.now() - this.#warm!) / 1000 / this.#steps : this.seconds / step;
  }

  /** Waits for it, and the time is none of the training's. */
  async without(pause: Promise<void>): Promise<void> {
    const from = performance.now();
    await pause;
    const milliseconds = performance.now() - from;
    this.#created += milliseconds;
    if (this.#warm !== undefined) this.#warm += milliseconds;
    this.#shown += milliseconds;
    this.restart();
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

/** Those who wait for a turn, and what wakes them. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** A turn of the event loop. In a page a timer would wait for 4 ms, and for a second in a tab that nobody sees; a message does not. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
