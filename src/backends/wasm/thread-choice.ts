// One thread or all: measured while a program runs, since it depends on what else the processor has to do. The bits do not depend on it.

/** Steps that are run together, in about so many milliseconds: a few turns of the operating system's scheduler. */
const sliceMilliseconds = 10;
/** A look at the other way takes so many milliseconds, or a step, or ends as soon as it is clearly slower. */
const lookMilliseconds = 20;
const clearly = 1.3;
/** Time that looks may lose, as a share of all time of late, and the milliseconds after which that counts half. */
const lostShare = 0.01;
const lostHalfLife = 5000;
/** Milliseconds between looks that lose nothing. */
const restMilliseconds = 100;
/** Milliseconds after which a measurement counts half: other work comes and goes. */
const halfLife = 500;

/** Steps to run next, by so many threads. */
export interface Slice {
  readonly threads: number;
  readonly steps: number;
}

/** Steps and the milliseconds that they took. */
class Pace {
  milliseconds = 0;
  steps = 0;

  get isKnown(): boolean {
    return this.steps > 0;
  }

  /** Milliseconds a step. */
  get step(): number {
    return this.milliseconds / this.steps;
  }

  add(steps: number, milliseconds: number): void {
    this.milliseconds += milliseconds;
    this.steps += steps;
  }

  fade(milliseconds: number): void {
    const share = 2 ** (-milliseconds / halfLife);
    this.milliseconds *= share;
    this.steps *= share;
  }

  /** Milliseconds more than the same steps would have taken at another pace. */
  lostTo({ step }: Pace): number {
    return Math.max(0, this.milliseconds - this.steps * step);
  }
}

interface Way {
  readonly threads: number;
  /** Of late. */
  readonly pace: Pace;
}

/** Of one program: says how to run the next steps, and is told how long they took. */
export class ThreadChoice {
  #better: Way;
  #other: Way;
  /** The first step reads memory that nobody has read before: it tells nothing. */
  #isCold = true;
  /** Whether the other way is looked at. */
  #isLooking = false;
  /** Since the look began or ended. */
  #since = new Pace();
  /** Whether the last look made the better way what it is. */
  #hasWon = false;
  /** All time of late, and what of it looks have lost. */
  #spent = 0;
  #lost = 0;

  /** `threads`: all of them, at least two. */
  constructor(threads: number) {
    this.#better = { threads, pace: new Pace() };
    this.#other = { threads: 1, pace: new Pace() };
  }

  next(left: number): Slice {
    const { threads, pace } = this.#isLooking ? this.#other : this.#better;
    const steps = pace.isKnown ? Math.max(1, Math.floor(sliceMilliseconds / pace.step)) : 1;
    return { threads, steps: Math.min(steps, left) };
  }

  ran({ threads, steps }: Slice, milliseconds: number): void {
    if (this.#isCold) {
      this.#isCold = false;
      return;
    }
    const [better, other] = [this.#better.pace, this.#other.pace];
    better.fade(milliseconds);
    other.fade(milliseconds);
    const share = 2 ** (-milliseconds / lostHalfLife);
    this.#spent = this.#spent * share + milliseconds;
    this.#lost *= share;
    (this.#better.threads === threads ? better : other).add(steps, milliseconds);
    this.#since.add(steps, milliseconds);
    if (this.#isLooking) this.#looked();
    else this.#rested();
  }

  #looked(): void {
    const [better, other] = [this.#better.pace, this.#other.pace];
    const { milliseconds, step } = this.#since;
    if (milliseconds < lookMilliseconds && step < clearly * better.step) return;
    this.#lost += this.#since.lostTo(better);
    this.#turn(false);
    this.#hasWon = other.step < better.step;
    if (this.#hasWon) this.#swap();
  }

  #rested(): void {
    const { pace } = this.#other;
    const { milliseconds } = this.#since;
    if (pace.isKnown && pace.step < this.#better.pace.step) {
      // The look was mistaken, unless what else runs has changed.
      if (this.#hasWon && milliseconds < halfLife) this.#lost += this.#since.lostTo(pace);
      this.#hasWon = false;
      this.#swap();
    }
    const isAffordable = milliseconds >= restMilliseconds && this.#lost <= lostShare * this.#spent;
    if (!pace.isKnown || isAffordable) this.#turn(true);
  }

  #turn(isLooking: boolean): void {
    this.#isLooking = isLooking;
    this.#since = new Pace();
  }

  #swap(): void {
    [this.#better, this.#other] = [this.#other, this.#better];
  }
}

/** Runs a program `times` times, slice by slice, as the choice says; ends early where `run` says that the job is over. */
export function inSlices(choice: ThreadChoice, times: number, run: (slice: Slice) => boolean): void {
  for (let left = times; left > 0; ) {
    const slice = choice.next(left);
    const from = performance.now();
    if (!run(slice)) return;
    choice.ran(slice, performance.now() - from);
    left -= slice.steps;
  }
}
